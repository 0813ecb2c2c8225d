"""Values in HTML: a tree that can be opened, and derivations as a table.

The tree evaluates nothing: it shows what is there once the answer has been printed, errors that were met on
the way, and the rest as `…`.
"""

from __future__ import annotations

from html import escape
from types import FunctionType
from typing import TYPE_CHECKING, Any

from nixlite.errors import Exhausted, NixError
from nixlite.explain.brief import brief
from nixlite.formats.nix.functions import signature
from nixlite.repl.terminal.completion import bounded, silent
from nixlite.runtime.thunk import force, peek
from nixlite.runtime.values import MISSING, ContextString, PrimOp, PrimOpApp
from nixlite.spelling import attribute_name, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.repl.conversation import Conversation

DEPTH, MEMBERS, ROWS = 5, 100, 400
"""How deep the tree goes, how many members of a set or list it has, and how many rows in all."""

TEXT = 300
"""Characters that are shown of a string."""

PACKAGES = 50
"""Rows of a table of derivations."""

COLUMNS = ("name", "version", "drvPath", "outputs")
FAINT = ' style="opacity:.6"'
INDENT = ' style="margin-left:1.2em"'


def html_of(conversation: Conversation, value: Any, plain: str) -> str:
    """A set or list in HTML; "" for what is as well shown as text. *plain* is how the session prints it: what
    is one line is shown so until it is opened."""
    if type(value) not in (dict, tuple) or not value:
        return ""
    found = list(derivations_in(value))
    table = derivation_table(conversation, found) if found else ""
    body = "".join(Tree(conversation.style.layout.failed).members(value, DEPTH))
    is_short = "\n" not in plain
    head = f"<summary>{escape(plain) if is_short else summary(value)}</summary>"
    is_open = "" if found or is_short else ' open=""'
    return f'{table}<details{is_open} style="font-family:monospace">{head}<div{INDENT}>{body}</div></details>'


class Tree:
    """The rows of one tree; `left` may still be shown. `inside` are the values that are being shown, `failed`
    says what was shown for parts that have no value, by their identities."""

    def __init__(self, failed: list[tuple[Any, str]]) -> None:
        self.left = ROWS
        self.failed = {id(cell): text for cell, text in failed}
        self.inside: list[Any] = []

    def members(self, value: Any, depth: int) -> Iterator[str]:
        """The rows of what is in a set or list."""
        names = sorted(value) if type(value) is dict else range(len(value))
        self.inside.append(value)
        for at, name in enumerate(names):
            if at == MEMBERS or self.left <= 0:
                yield f"<div{FAINT}>… {len(names) - at} more</div>"
                break
            self.left -= 1
            shown = attribute_name(name) if isinstance(name, str) else str(name)
            yield self.row(shown, value[name], depth - 1)
        self.inside.pop()

    def row(self, name: str, cell: Any, depth: int) -> str:
        """One member, which can be opened if there is something in it."""
        value = peek(cell)
        error = self.failed.get(id(cell)) if value is MISSING else None
        head = f"<b>{escape(name)}</b> = {summary(value) if error is None else escape(error)}"
        opens = type(value) in (dict, tuple) and bool(value) and depth > 0
        if not opens or any(value is outer for outer in self.inside):
            return f"<div>{head}</div>"
        body = "".join(self.members(value, depth))
        return f"<details><summary>{head}</summary><div{INDENT}>{body}</div></details>"


def summary(value: Any) -> str:
    """A value on a line, as HTML."""
    kind = type(value)
    if value is MISSING:
        return f'<span{FAINT} title="not evaluated">…</span>'
    if kind is str or kind is ContextString:
        text = value if kind is str else value.text
        return escape(quote(text if len(text) <= TEXT else f"{text[:TEXT]}…"))
    if kind is dict:
        if is_shown_derivation(value):
            return f"«derivation {escape(peeked_text(value, 'name'))}»"
        return f"{{ {'… ' * bool(value)}}} <span{FAINT}>{count(len(value), 'attribute')}</span>"
    if kind is tuple:
        return f"[ {'… ' * bool(value)}] <span{FAINT}>{count(len(value), 'element')}</span>"
    if kind in (FunctionType, PrimOp, PrimOpApp):
        word = "lambda" if kind is FunctionType else "primop"
        return escape(f"«{word} {signature(value).removesuffix(':')}".rstrip() + "»")
    return escape(brief(value))


def count(number: int, what: str) -> str:
    """`1 attribute`, `2 attributes`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


# -- derivations


def is_shown_derivation(value: Any) -> bool:
    """Whether a value is known to be a derivation, without evaluating anything."""
    return type(value) is dict and "type" in value and peeked_text(value, "type") == "derivation"


def peeked_text(attrs: dict[str, Any], name: str) -> str:
    """The text of an attribute if it is there already."""
    value = peek(attrs[name]) if name in attrs else None
    return value.text if type(value) is ContextString else value if type(value) is str else "…"


def derivations_in(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The value itself if it is a derivation, else those of its members that are known to be, with the
    names that they have in a set."""
    if is_shown_derivation(value):
        yield "", value
        return
    names = sorted(value) if type(value) is dict else range(len(value))
    for name in names:
        member = peek(value[name])
        if is_shown_derivation(member):
            yield attribute_name(name) if isinstance(name, str) else "", member


def derivation_table(conversation: Conversation, found: list[tuple[str, dict[str, Any]]]) -> str:
    """A row for each derivation; what they say of themselves is evaluated, within bounds."""
    cells: list[str] = []
    named = any(attribute for attribute, _ in found)
    with bounded(conversation), silent(conversation):
        for attribute, attrs in found[:PACKAGES]:
            row = [f"<td>{escape(said(conversation, attrs, name))}</td>" for name in COLUMNS]
            first = f"<td><b>{escape(attribute)}</b></td>" if named else ""
            cells.append(f"<tr>{first}{''.join(row)}</tr>")
    head = "<th></th>" * named + "".join([f"<th>{name}</th>" for name in COLUMNS])
    more = len(found) - PACKAGES
    rest = f"<p{FAINT}>… {more} more</p>" if more > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(cells)}</tbody></table>{rest}"


def said(conversation: Conversation, attrs: dict[str, Any], name: str) -> str:
    """What a derivation says under a name: a text, or the texts of a list; the error where it has none."""
    if name not in attrs:
        return "out" if name == "outputs" else ""
    guard = conversation.evaluator.guard
    try:
        value: Any = guard(force, attrs[name])
        parts = [guard(force, item) for item in value] if type(value) is tuple else [value]
    except Exhausted:  # it takes longer than a table may
        return "…"
    except NixError as error:
        return f"error: {error.message.partition(chr(10))[0]}"
    return " ".join(part.text if type(part) is ContextString else str(part) for part in parts)
