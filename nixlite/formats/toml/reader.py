"""Reading TOML 1.0.0: `builtins.fromTOML`.

The same errors in the same words as toml11 (version 4), the library that C++ Nix uses. It goes on after an
error to find more of them, and guesses where to go on; its guesses are in `toml_recovery`.
"""

from __future__ import annotations

import re

from nixlite.errors import EvalError
from nixlite.formats.toml import recovery
from nixlite.formats.toml.order import hash_order
from nixlite.formats.toml.scalars import NON_ASCII, READERS, Timestamp, guess_kind, read_quoted
from nixlite.formats.toml.tables import Array, Entry, Table, insert
from nixlite.formats.toml.text import Fault, Region, Text, report
from nixlite.runtime.symbols import make_symbol
from nixlite.runtime.utf8 import byte_view, from_byte_view

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.values import Value

COMMENT_SOURCE = rf"#(?:[\t -~]|{NON_ASCII})*"
WHITE = re.compile(r"[ \t]*")
COMMENT = re.compile(COMMENT_SOURCE)
NEWLINE = re.compile(r"\r?\n")
SPACER = re.compile(rf"(?:{COMMENT_SOURCE}\r?\n|\r?\n|[ \t]+)*")
HEADER = re.compile(r"[ \t]*\[")
BARE_KEY = re.compile("[A-Za-z0-9_-]+")
DOT = re.compile(r"[ \t]*\.[ \t]*")
EQUALS = re.compile(r"[ \t]*=[ \t]*")
MEMBER_END = re.compile(r"[^,\n}]*")
TABLE_END = re.compile(r"[^\n}]*")
NEVER = re.compile("(?!)")

KEY_NAME = "basic key([a-zA-Z0-9_-]) or quoted key(\" or ')"
KEY_STEPS = ((NEVER, "alpha [a-zA-Z], digit [0-9], -, or _"),)
EQUALS_STEPS = ((WHITE, ""), (NEVER, "="))
NEWLINE_STEPS = ((NEVER, "0x0a(LINE FEED) or \r\n"),)
TABLE_STEPS = (
    (re.compile(r"\["), "["), (WHITE, ""), (recovery.KEY, KEY_NAME), (WHITE, ""), (re.compile(r"\]"), "]"),
)  # fmt: skip
ARRAY_STEPS = (
    (re.compile(r"\[\["), "[["), (WHITE, ""), (recovery.KEY, KEY_NAME), (WHITE, ""),
    (re.compile(r"\]\]"), "]]"),
)  # fmt: skip
KEY_HINT = "Hint: non-ASCII scripts are allowed in toml v1.1.0, but not in v1.0.0.\n"
COMMENT_HINT = "Hint: most of the control characters are not allowed in comments"


class TomlError(EvalError):
    """The text is not TOML, or holds what Nix cannot represent."""

    ends_highlighted = True


def from_toml(text: str, *, timestamps: bool = False) -> Value:
    """The value of a TOML text. Raises TomlError.

    *timestamps*: dates and times are sets, `{ _type = "timestamp"; value = …; }`; otherwise they are errors.
    """
    view = byte_view(text)
    if view and view[-1] not in "\r\n":
        view += "\n"
    parser = Parser(Text(view))
    parser.read_file()
    if parser.faults:
        raise TomlError(f"while parsing TOML: {report(parser.faults)}")
    return to_value(parser.root, timestamps, {})


def to_value(item: Any, timestamps: bool, orders: dict[tuple[str, ...], list[str]]) -> Value:
    """What was read, as a Nix value. *orders*: `hash_order` of the tables so far, many of which are alike."""
    kind = type(item)
    if kind is Table:
        members = item.members
        names = tuple(members)
        order = orders.get(names)
        if order is None:
            order = orders[names] = hash_order(names)
        return {
            make_symbol(to_string(name)): to_value(members[name].value, timestamps, orders) for name in order
        }
    if kind is Array:
        return tuple([to_value(element, timestamps, orders) for element in item.items])
    if kind is str:
        return to_string(item)
    if kind is Timestamp:
        if not timestamps:
            raise TomlError("while parsing TOML: Dates and times are not supported")
        return {make_symbol("_type"): "timestamp", "value": item.text}
    value: Value = item
    return value


def to_string(view: str) -> str:
    """The string of a byte view, which must not hold NUL."""
    text = from_byte_view(view)
    if "\0" in text:
        from nixlite.formats.json.reader import null_byte  # almost never

        raise TomlError(f"while parsing TOML: error: {null_byte(text).message}")
    return text


class Parser:
    """Recursive descent into `root`. A method raises `Fault` for an error that its caller deals with; those
    that are dealt with are in `faults`.
    """

    def __init__(self, text: Text) -> None:
        self.text = text
        self.root = Table("explicit")
        self.faults: list[Fault] = []

    # -- the file and its tables

    def read_file(self) -> None:
        """The whole text."""
        text = self.text
        if text.text.startswith("\xef\xbb\xbf"):
            text.position = 3
        self.read_top_comments()
        self.read_section(self.root)
        while not text.at_end:
            text.take(SPACER)
            if self.read_headed("array") or self.read_headed("table"):
                continue
            is_array = text.text.startswith("[[", text.position)
            title = f"toml::parse_file: invalid {'array-table' if is_array else 'table'} key"
            self.faults.append(self.expected_here(title, ARRAY_STEPS if is_array else TABLE_STEPS))
            recovery.skip_to_next_table(text)

    def expected_here(self, title: str, steps: Any, hint: str = "") -> Fault:
        """An error at the step that does not fit; the position stays."""
        start = self.text.position
        fault = self.text.expected(title, steps, hint)
        self.text.position = start
        return fault

    def read_top_comments(self) -> None:
        """The comments before anything else."""
        text = self.text
        start = text.position
        while not text.at_end:
            try:
                if self.read_comment():
                    continue
            except Fault as fault:
                self.faults.append(fault)
                recovery.skip_comments(text)
                continue
            if text.take(recovery.EMPTY_LINE) is None:
                text.position = start  # they belong to what follows
            return

    def read_comment(self) -> bool:
        """A comment and its newline, if there is one."""
        text = self.text
        start = text.position
        text.take(WHITE)
        if text.take(COMMENT) is None:
            text.position = start
            return False
        if text.at_end or text.take(NEWLINE) is not None:
            return True
        end = text.text.find("\n", text.position + 1)
        text.position = len(text.text) if end < 0 else end + 1
        title = "toml::parse_comment_line: newline (LF / CRLF) or EOF is expected"
        raise text.fault(title, "but got this", COMMENT_HINT)

    def read_headed(self, kind: str) -> bool:
        """`[a.b]` (*kind* "table") or `[[a.b]]` ("array") with its members; False when it is none."""
        text = self.text
        start = text.position
        if text.take(recovery.ARRAY_TABLE if kind == "array" else recovery.TABLE) is None:
            return False
        region = text.since(start)
        end = text.position
        text.position = start + (2 if kind == "array" else 1)
        text.take(WHITE)
        try:
            names, _ = self.read_key()
        except Fault:
            return False  # toml11 then tries its luck where it stands
        text.position = end
        try:
            self.end_header()
        except Fault as fault:
            self.faults.append(fault)
            recovery.skip_to_next_table(text)
            return True
        table = Table("explicit")
        try:
            table = insert(kind, self.root, names, region, Entry(table, region)) or table
        except Fault as fault:
            self.faults.append(fault)  # and look for errors in it all the same
        self.read_section(table)
        return True

    def end_header(self) -> None:
        """After a header: a comment or nothing, and a newline."""
        text = self.text
        if self.read_comment():
            return
        text.take(WHITE)
        if not text.at_end and text.take(NEWLINE) is None:
            raise text.expected("toml::parse_file: newline (or EOF) expected", NEWLINE_STEPS)

    def read_section(self, table: Table) -> None:
        """The members up to the next header."""
        count = len(self.faults)
        try:
            self.read_members(table)
        except Fault as fault:
            self.faults.append(fault)
        if len(self.faults) > count:
            recovery.skip_to_next_table(self.text)

    def read_members(self, table: Table) -> None:
        """`key = value` lines."""
        text = self.text
        on_new_line = True
        while not text.at_end:
            start = text.position
            spacer = text.take(SPACER) or ""
            if text.at_end:
                return
            if HEADER.match(text.text, text.position) is not None:
                text.position = start
                return
            if not on_new_line and "\n" not in spacer:
                raise text.fault("toml::parse_table: newline (LF / CRLF) or EOF is expected")
            on_new_line = self.read_member(table)

    def read_member(self, table: Table) -> bool:
        """One `key = value`; True when a comment after it ended the line."""
        ended = False
        try:
            names, region, entry = self.read_pair()
        except Fault as fault:
            self.faults.append(fault)
            recovery.skip_member(self.text)
            return False
        try:
            ended = self.read_comment()
        except Fault as fault:
            self.faults.append(fault)
        try:
            insert("key", table, names, region, entry)
        except Fault as fault:
            self.faults.append(fault)
        return ended

    # -- keys

    def read_pair(self) -> tuple[list[str], Region, Entry]:
        """`a.b = value`: the names, their region, the value."""
        text = self.text
        start = text.position
        try:
            names, region = self.read_key()
        except Fault:
            text.position = start
            raise
        if text.take(EQUALS) is None:
            title = "toml::parse_key_value_pair: invalid key value separator `=`"
            fault = text.expected(title, EQUALS_STEPS)
            text.position = start
            raise fault
        return names, region, self.read_value()

    def read_key(self) -> tuple[list[str], Region]:
        """A dotted key and its region."""
        text = self.text
        start = text.position
        names = []
        while not text.at_end:
            names.append(self.read_simple_key())
            if text.take(DOT) is None:
                return names, text.since(start)
        if not names:
            title = "toml::parse_key: expected a new key, but got nothing"
            raise text.fault(title, "reached EOF")
        return names, text.since(start)

    def read_simple_key(self) -> str:
        """A bare or quoted name."""
        text = self.text
        if text.at in ('"', "'"):
            return read_quoted(text)
        name = text.take(BARE_KEY)
        if name is None:
            title = (
                "toml::parse_simple_key: invalid key: key must be \"quoted\", 'quoted-literal', or bare key."
            )
            raise text.expected(title, KEY_STEPS, KEY_HINT)
        return name

    # -- values

    def read_value(self) -> Entry:
        """Any value, and its region."""
        text = self.text
        kind = guess_kind(text)
        start = text.position
        value: Any
        if kind == "array":
            value = self.read_array()
        elif kind == "table":
            value = self.read_inline_table()
        else:
            value = READERS[kind](text)
        return Entry(value, text.since(start))

    def read_array(self) -> Array:
        """`[ value, … ]`, over as many lines as it takes."""
        text = self.text
        count = len(self.faults)
        text.position += 1
        text.take(SPACER)
        items: list[Any] = []
        comma = True
        while not text.at_end and text.at != "]":
            if not comma:
                raise text.fault("toml::parse_array: expected value-separator `,` or closing `]`")
            try:
                items.append(self.read_value().value)
            except Fault as fault:
                self.faults.append(fault)
                before = text.position
                recovery.skip_value(text)
                if text.position == before:
                    break
                continue
            comma = self.read_separator()
        if text.at != "]":
            title = "toml::parse_array: missing closing bracket `]`"
            raise text.fault(title, "expected `]`, reached EOF")
        text.position += 1
        if len(self.faults) > count:
            raise self.faults[-1]  # reported once more, as toml11 does
        return Array(items, False)

    def read_separator(self) -> bool:
        """What comes after an element: True if there was a comma."""
        text = self.text
        text.take(SPACER)
        comma = text.at == ","
        if comma:
            text.position += 1
        try:
            self.read_comment()
        except Fault as fault:
            self.faults.append(fault)
        if comma:
            text.take(SPACER)
        return comma

    def read_inline_table(self) -> Table:
        """`{ a = 1, b.c = 2 }` on one line."""
        text = self.text
        count = len(self.faults)
        text.position += 1
        text.take(WHITE)
        table = Table("inline")
        comma = False
        empty = True
        while not text.at_end:
            if text.at == "}":
                if comma:
                    title = "toml::parse_inline_table: trailing comma is not allowed in TOML-v1.0.0)"
                    raise text.fault(title)
                break
            if not comma and not empty:
                title = "toml::parse_inline_table: expected value-separator `,` or closing `}`"
                raise text.fault(title)
            empty = False
            try:
                names, region, entry = self.read_pair()
            except Fault as fault:
                self.faults.append(fault)
                text.take(TABLE_END)
                break
            try:
                insert("key", table, names, region, entry)
            except Fault as fault:
                self.faults.append(fault)
                text.take(MEMBER_END)
                comma = text.at == "," if not text.at_end else comma
                continue
            text.take(WHITE)
            comma = text.at == ","
            if comma:
                text.position += 1
            text.take(WHITE)
        if text.at != "}":
            title = "toml::parse_inline_table: missing closing bracket `}`"
            raise text.fault(title, "expected `}`, reached line end")
        text.position += 1
        if len(self.faults) > count:
            raise self.faults.pop()
        return table
