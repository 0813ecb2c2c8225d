"""What an input is about where it stops: which names are bound there, what is being selected from or called.

The tokens before the cursor are gone through once, with a stack of what is open: brackets, and constructs
that bind names or wait for a word. Nothing is evaluated; expressions on the way are told as text.
"""

from __future__ import annotations

from typing import NamedTuple

from nixlite.errors import NixError
from nixlite.source import Source
from nixlite.syntax.driver import machine
from nixlite.syntax.lexer import Resumed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

CLOSERS = {"}": ("{", "${"), ")": ("(",), "]": ("[",)}
BODIES = ("body", "lambda", "with body")
"""Frames that end with the expression they are in."""
UNKNOWN = "what is not known while typing"
"""The error of what a function's argument stands for."""
OVERRIDES = (".overrideAttrs", ".overrideDerivation")


class Token(NamedTuple):
    """A token: what kind, with its fixed text as the name of a sign or word, and where."""

    kind: str
    start: int
    end: int


class Frame:
    """Something that is open. *names* are those that it binds, *text* what wraps an expression inside it.

    *at*: the number of the token that opened it; *since*: where the binding being written begins, an offset.
    """

    __slots__ = ("at", "kind", "names", "since", "text")

    def __init__(self, kind: str, at: int, since: int = 0) -> None:
        self.kind = kind
        self.at = at
        self.since = since
        self.names: list[str] = []
        self.text = ""


class Call(NamedTuple):
    """Braces that are an argument: of the function *callee* (text), the attributes *given* before.

    *package* is set when it is `overrideAttrs` of it.
    """

    callee: str
    given: frozenset[str]
    package: str


class Context:
    """What is at the cursor.

    `prefix` is what is written of a name, `length` the characters it takes. `subject` is the text of what it
    is an attribute of, None for a variable; `call` is there where the name may be an attribute of an
    argument. `names` are those bound in the text; `before` is the text without the prefix.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens, self.mode = tokens_of(text)
        self.frames: list[Frame] = [Frame("top", -1)]
        self.pairs: dict[int, int] = {}
        self.prefix, self.length, self.quoted = "", 0, False
        self.subject: str | None = None
        self.call: Call | None = None
        self.is_binding = self.is_nothing = False
        self.take_prefix()
        self.before = text[: len(text) - self.length]
        for at in range(len(self.tokens)):
            self.take(at)
        self.find()

    # -- the unfinished name

    def take_prefix(self) -> None:
        """Take the name that the cursor is at the end of off the tokens."""
        tokens = self.tokens
        if self.mode == "string":
            last = len(tokens) - 1
            text = tokens[last].end if tokens and tokens[last].kind == "STR" else None
            at = last - 1 if text is not None else last
            if at >= 0 and tokens[at].kind == '"':
                self.quoted = True
                self.prefix = self.text[tokens[at].end :]
                self.length = len(self.text) - tokens[at].start
                del tokens[at:]
            else:
                self.is_nothing = True
        elif self.mode != "program":
            self.is_nothing = True
        elif tokens and tokens[-1].end == len(self.text) and is_word(tokens[-1]):
            word = tokens.pop()
            self.prefix, self.length = self.text[word.start :], word.end - word.start

    # -- the stack

    def take(self, at: int) -> None:
        """Take a token."""
        kind, frames = self.tokens[at].kind, self.frames
        if kind == '"':
            if frames[-1].kind == '"':
                self.pairs[at] = frames.pop().at
            else:
                frames.append(Frame('"', at))
        elif kind in ("{", "(", "[", "${", "let", "if", "with", "assert"):
            frames.append(Frame(kind, at, self.tokens[at].end))
        elif kind in CLOSERS:
            self.close(at, CLOSERS[kind])
        elif kind == ";":
            self.end_part(at)
        elif kind == "in":
            self.end_bodies()
            if frames[-1].kind == "let":
                frames[-1].kind = "body"
        elif kind in ("then", "else"):
            self.end_bodies()
            if kind == "else" and frames[-1].kind == "if":
                frames.pop()
        elif kind == ",":
            self.end_bodies()
        elif kind == ":":
            self.begin_lambda(at)

    def end_bodies(self) -> None:
        """An expression ends."""
        while self.frames[-1].kind in BODIES:
            self.frames.pop()

    def close(self, at: int, openers: Sequence[str]) -> None:
        """A bracket closes."""
        if any(frame.kind in openers for frame in self.frames):
            while self.frames[-1].kind not in openers:
                self.frames.pop()
            self.pairs[at] = self.frames.pop().at

    def end_part(self, at: int) -> None:
        """`;` ends a binding, or the set of `with`, or a condition."""
        self.end_bodies()
        frame, end = self.frames[-1], self.tokens[at].end
        if frame.kind == "with":
            frame.kind = "with body"
            frame.text = f"with ({self.text[frame.since : end - 1]}\n); "
        elif frame.kind == "assert":
            self.frames.pop()
        elif frame.kind in ("let", "{", "top"):
            frame.since, since = end, frame.since
            frame.names += self.bound(since, at)
            if frame.kind == "top":
                return  # bindings of the session do not see each other
            if frame.kind == "let" or self.kind_before(frame.at) == "rec":
                frame.text = f"let {self.text[self.tokens[frame.at].end : end]}\nin "

    def bound(self, since: int, end: int) -> list[str]:
        """The names of the binding that begins at an offset and ends at a token."""
        begin = end
        while begin > 0 and self.tokens[begin - 1].start >= since:
            begin -= 1
        part = self.tokens[begin:end]
        if not part:
            return []
        if part[0].kind == "inherit":
            names, depth = [], 0
            for token in part[1:]:
                depth += (token.kind in "({[") - (token.kind in ")}]")
                if token.kind == "ID" and not depth:
                    names.append(self.word(token))
            return names
        name = part[1] if part[0].kind == '"' and len(part) > 1 else part[0]
        return [self.word(name)] if name.kind in ("ID", "STR") else []

    def begin_lambda(self, at: int) -> None:
        """`:` after a name or formals begins the body of a function."""
        frame = Frame("lambda", at)
        last = at - 1
        if self.kind_at(last) == "ID":
            frame.names.append(self.word(self.tokens[last]))
            if self.kind_before(last) == "@":
                last -= 2
        if self.kind_at(last) == "}" and last in self.pairs:
            begin = self.pairs[last]
            frame.names += [
                self.word(self.tokens[i])
                for i in range(begin + 1, last)
                if self.tokens[i].kind == "ID" and self.kind_before(i) in ("{", ",")
            ]
            if self.kind_before(begin) == "@":
                frame.names.append(self.word(self.tokens[begin - 2]))
        package = self.overridden(at)
        value = f"({package})" if package else f'throw "{UNKNOWN}"'
        frame.text = "let " + "".join(f"{name} = {value}; " for name in frame.names) + "in "
        self.frames.append(frame)

    def overridden(self, at: int) -> str:
        """The text of the package in `package.overrideAttrs (final: old: …`, the `:` being token *at*."""
        while self.kind_at(at) == ":" and self.kind_before(at) == "ID":
            at -= 2
        if self.kind_at(at) == "(":
            text = self.operand(at - 1)
            for name in OVERRIDES:
                if text.endswith(name):
                    return text.removesuffix(name)
        return ""

    # -- the place at the end

    def find(self) -> None:
        """What the name at the end is."""
        last = len(self.tokens) - 1
        kind = self.kind_at(last)
        frame = self.frames[-1]
        if kind == ".":
            self.find_attribute(last)
        elif kind == "?" and not (frame.kind == "{" and self.kind_at(last - 2) in ("{", ",")):
            self.subject = self.application(last - 1)
        elif frame.kind in ("let", "{", "top") and self.find_inherited(frame):
            pass
        elif self.quoted and kind not in ("{", ";", "rec"):
            self.is_nothing = True
        elif frame.kind == "{" and kind in ("{", ";"):
            self.is_binding = True
            self.call = self.called(frame)

    def find_attribute(self, dot: int) -> None:
        """The name is behind a `.`: that of a selection, of a path behind `?`, or of a binding."""
        begin = self.operand_start(dot - 1)
        if begin is None:
            self.is_nothing = True
        elif self.kind_before(begin) == "?":
            path = self.text[self.tokens[begin].start : self.tokens[dot].start]
            subject = self.application(begin - 2)
            self.subject = f"({subject}).{path}" if subject else None
            self.is_nothing = not subject
        elif self.kind_before(begin) in ("{", ";", "let") and self.frames[-1].kind in ("{", "let"):
            self.is_nothing = True  # a binding `a.b` makes a new name
        else:
            self.subject = self.text[self.tokens[begin].start : self.tokens[dot].start]

    def find_inherited(self, frame: Frame) -> bool:
        """Whether the name is one of those of `inherit`, perhaps from a set."""
        at = len(self.tokens)
        while at > 0 and self.tokens[at - 1].start >= frame.since:
            at -= 1
        if self.kind_at(at) != "inherit":
            return False
        if self.kind_at(at + 1) == "(":
            ends = [end for end, begin in self.pairs.items() if begin == at + 1]
            if not ends:
                return False
            self.subject = self.text[self.tokens[at + 1].start : self.tokens[ends[0]].end]
        return True

    def called(self, frame: Frame) -> Call | None:
        """The call that braces are an argument of."""
        at = frame.at - 1
        if self.kind_at(at) == "rec":
            at -= 1
        given = frozenset(frame.names)
        package = self.overridden(at) if self.kind_at(at) == ":" else ""
        callee = "" if package else self.operand(at)
        if callee.endswith(OVERRIDES[0]):
            package = callee.removesuffix(OVERRIDES[0])
        return Call(callee, given, package) if callee or package else None

    @property
    def names(self) -> list[str]:
        """The names that are bound around the cursor, in the text."""
        found = []
        for frame in self.frames:
            if frame.kind in ("let", "body", "lambda") or (frame.kind == "{" and frame.text):
                found += frame.names
        return found

    def scopes(self) -> list[tuple[str, str]]:
        """The texts of what `with` takes names from, each with the text that wraps it."""
        found, wrapping = [], ""
        for frame in self.frames:
            if frame.kind == "with body":
                found.append((wrapping, frame.text.removeprefix("with ").removesuffix("; ")))
            wrapping += frame.text
        return found

    @property
    def wrapping(self) -> str:
        """What to write before an expression, so that it means the same as at the cursor."""
        return "".join([frame.text for frame in self.frames])

    # -- expressions backwards

    def application(self, last: int) -> str:
        """The text of the calls and selections that end at a token."""
        begin = self.operand_start(last)
        if begin is None:
            return ""
        first = begin
        while (begin := self.operand_start(first - 1)) is not None:
            first = begin
        return self.text[self.tokens[first].start : self.tokens[last].end]

    def operand(self, last: int) -> str:
        """The text of the simple expression or selection that ends at a token."""
        begin = self.operand_start(last)
        return "" if begin is None else self.text[self.tokens[begin].start : self.tokens[last].end]

    def operand_start(self, last: int) -> int | None:
        """The number of its first token; None where none ends there."""
        while True:
            begin = self.simple_start(last)
            if begin is None or self.kind_before(begin) != ".":
                return begin
            last = begin - 2

    def simple_start(self, last: int) -> int | None:
        """As `operand_start`, of an expression without dots."""
        kind = self.kind_at(last)
        if last in self.pairs:
            begin = self.pairs[last]
            return begin - 1 if self.kind_before(begin) in ("rec", "let") and kind == "}" else begin
        if kind == "IND_STRING_CLOSE" or kind == "PATH_END":
            begin = last
            while begin >= 0 and self.tokens[begin].kind not in ("IND_STRING_OPEN", "PATH", "HPATH"):
                begin -= 1
            return begin if begin >= 0 else None
        return last if kind in ("ID", "SPATH", "URI", "INT_LIT", "FLOAT_LIT") else None

    def kind_at(self, at: int) -> str:
        """The kind of a token, "" outside."""
        return self.tokens[at].kind if 0 <= at < len(self.tokens) else ""

    def kind_before(self, at: int) -> str:
        """The kind of the token before one."""
        return self.kind_at(at - 1)

    def word(self, token: Token) -> str:
        """The text of a token."""
        return self.text[token.start : token.end]


def is_word(token: Token) -> bool:
    """Whether a token is a name or a keyword."""
    return token.kind == "ID" or (token.kind.isalpha() and token.kind.islower())


def tokens_of(text: str) -> tuple[list[Token], str]:
    """The tokens of a text as far as they can be read, and the mode in which it ends."""
    tables, patterns = machine()
    names = {kind: name for name, kind in tables.kinds.items()}
    names.update({kind: literal for literal, kind in tables.literals.items() if literal != "''"})
    lexer = Resumed(Source("", text), tables, patterns, frozenset({"pipe-operators"}))
    try:
        lexer.resume("program", (), 0)
    except NixError:
        lexer.mode = "error"
    out = lexer.out
    return [
        Token(names.get(kind, ""), start, end)
        for kind, start, end in zip(out.kinds, out.starts, out.ends, strict=True)
    ], lexer.mode
