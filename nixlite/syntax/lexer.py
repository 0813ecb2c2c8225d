"""From text to tokens.

As in C++ Nix's `lexer.l`, what a character means depends on the mode: program text, a `"string"`, an
`''indented string''`, or the inside of a path literal; `${`, `{` and `}` open and close modes. The patterns
are those of `grammar/tokens.lark`; this file combines them so that the longest match wins, as in flex.
"""

from __future__ import annotations

from nixlite.errors import EvalError, NixError, ParseError
from nixlite.syntax.automaton import END, INVALID, LEXER_ERROR
from nixlite.syntax.literals import escaped, float_value, int_value, unescape
from nixlite.syntax.patterns import compile_patterns
from nixlite.syntax.tokens import Tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.source import Source
    from nixlite.syntax.automaton import Tables
    from nixlite.syntax.skim import Skimmer

    Mode = Callable[[], "Mode | None"]

# The groups of the pattern for program text: first simple cases of what is frequent, then all cases.
WORD, SIGN, PLAIN_STRING, PLAIN_INT = 1, 2, 3, 4
PATH, PATH_HEAD, HOME_PATH, URI, HARD_WORD, FLOAT, INT, SEARCH_PATH = range(5, 13)
DOC_COMMENT, OPERATOR, INDENTED_STRING, OTHER, AT_END = range(13, 18)


class Patterns:
    """The compiled patterns, one a mode. They hold no state: one object serves any number of texts."""

    __slots__ = ("indented", "path", "program", "string", "trivia")

    def __init__(self, tables: Tables) -> None:
        p = tables.patterns
        trivia = f"(?:{p['_SPACE']}|{p['_LINE_COMMENT']}|{p['_COMMENT']})*+"
        self.trivia, self.program, self.string, self.indented, self.path = compile_patterns(
            (
                trivia,
                trivia + _program_text(p, tables.literals),
                f"({p['STR']})|({p['DOLLAR_CURLY']})|{p['QUOTE']}",
                rf"({p['IND_STR']})|({p['DOLLAR_CURLY']})|''(\$)|''\\((?s:.))|('')'|({p['IND_STRING_CLOSE']})|([$'])",
                f"({p['_PATH_PIECE']})|{p['DOLLAR_CURLY']}",
            )
        )


def _program_text(p: dict[str, str], literals: dict[str, int]) -> str:
    """One alternative a group; at any place, the first that matches is the longest that does."""
    signs = [text for text in literals if not text.isalpha() and text != p["IND_STRING_CLOSE"]]
    operators = "|".join(_quoted(text) for text in sorted(signs, key=len, reverse=True))
    always_alone = _quoted("".join(text for text in signs if text in ";,:@?*()[]{}"))
    path_char, uri_rest = p["_PATH_CHAR"], "[^\\s" + _quoted('"#;()[]{}<>^|\\`') + "]"
    return (
        f"(?:({p['ID']})(?!{path_char}*+(?:/|:{uri_rest}))"
        rf"|([{always_alone}]|=(?!=)|\.(?!\.|[0-9]|{path_char}*+/))"
        r'|"([^"\\$\r\0]*+)"'
        r"|([0-9]++)(?=[ \n;)\]])"
        f"|(?={path_char}*+/|~)(?:({p['PATH']})|({p['_PATH_HEAD']})|({p['HPATH']}))"
        f"|({p['URI']})|({p['ID']})|({p['FLOAT_LIT']})|({p['INT_LIT']})|({p['SPATH']})"
        f"|({p['_DOC_COMMENT']})|({operators})|({p['IND_STRING_OPEN']})"
        r"|((?s:.))|(\Z))"
    )


def _quoted(text: str) -> str:
    """*text*, which has no letters, as a part of a pattern."""
    return "".join([f"\\{character}" for character in text])


def tokenize(
    source: Source,
    tables: Tables,
    patterns: Patterns,
    features: frozenset[str],
    skimmer: Skimmer | None = None,
    part: tuple[int, int] | None = None,
) -> Tokens:
    """All tokens of a text, or of a *part* of it from one offset to another.

    An error does not raise: it waits at the end for the parser to get there. With a *skimmer*, there are
    tokens that stand for whole bindings.
    """
    lexer = _Lexer(source, tables, patterns, features)
    lexer.skimmer = skimmer
    if part is not None:
        lexer.position, lexer.stop = part
    try:
        lexer.run()
    except NixError as error:
        lexer.out.add(LEXER_ERROR, error, len(source.text), len(source.text))
    return lexer.out


class _Lexer:
    """Where we are in one text. Each mode is a method that returns the next mode, or None at the end."""

    def __init__(self, source: Source, tables: Tables, patterns: Patterns, features: frozenset[str]) -> None:
        self.source = source
        self.text = source.text
        self.kinds = tables.kinds
        self.literals = tables.literals
        self.patterns = patterns
        self.features = features
        self.skimmer: Skimmer | None = None
        self.out = Tokens()
        self.position = 0
        self.last_start = 0  # of the last piece of a path
        self.stop = len(source.text)  # where what is read ends
        self.end = self.stop  # where an unexpected end of file is reported
        self.open: list[Mode | None] = []  # what each `}` returns to; None: on with the program

    def run(self) -> None:
        mode: Mode | None = self.program
        while mode is not None:
            mode = mode()
        self.out.add(END, None, self.end, self.end)

    def error(self, message: str, offset: int) -> ParseError:
        return ParseError(message, position=self.source.position(offset))

    def program(self) -> Mode | None:
        """Program text, up to a string or an interpolated path, or the `}` that leads back into one."""
        out, still_open, literals = self.out, self.open, self.literals
        add_kind, add_value = out.kinds.append, out.values.append
        add_start, add_end = out.starts.append, out.ends.append
        identifier, quote, string = self.kinds["ID"], self.kinds["QUOTE"], self.kinds["STR"]
        integer, curly, uncurly = self.kinds["INT_LIT"], self.kinds["CURLY_L"], self.kinds["CURLY_R"]
        opens = (curly, self.kinds["SEMICOLON"])  # a binding may follow
        words, sign, plain_string = (WORD, HARD_WORD), SIGN, PLAIN_STRING
        skimmer = self.skimmer
        for match in self.patterns.program.finditer(self.text, self.position, self.stop):
            group = match.lastindex
            if group in words:
                text = match[group]
                start, end = match.span(group)
                add_kind(literals.get(text, identifier))
                add_value(text)
                add_start(start)
                add_end(end)
            elif group == sign:
                kind = literals[match[group]]
                end = match.end()
                add_kind(kind)
                add_value(end - 1)
                add_start(end - 1)
                add_end(end)
                if kind == curly:
                    still_open.append(None)
                elif kind == uncurly and still_open:
                    mode = still_open.pop()
                    if mode is not None:
                        self.position = end
                        return mode
                if skimmer is not None and kind in opens and skimmer.is_worth_it(len(still_open)):
                    self.position = skimmer.run(out, end)
                    if self.position > end:
                        return self.program
            elif group == plain_string:
                text, (start, end) = match[group], match.span(group)
                out.kinds += (quote, string, quote) if text else (quote, quote)
                out.values += (start - 1, (start, text), end) if text else (start - 1, end)
                out.starts += (start - 1, start, end) if text else (start - 1, end)
                out.ends += (start, end, end + 1) if text else (start, end + 1)
            elif group == PLAIN_INT:
                add_value(self.integer(match[group], match.start(group)))  # first, since it may raise
                add_kind(integer)
                add_start(match.start(group))
                add_end(match.end())
            else:
                assert group is not None
                self.position = match.end()
                next_mode = self.rarer(group, match[group], match.start(group))
                if next_mode != self.program or self.position != match.end():
                    return next_mode
        raise AssertionError("the pattern of program text matches everywhere")

    def rarer(self, group: int, text: str, start: int) -> Mode | None:
        """The other tokens of program text; the mode after them."""
        kinds, add = self.kinds, self.out.add
        end = self.position
        if group == OPERATOR:
            return self.operator(text, start)
        if group in (PATH, PATH_HEAD, HOME_PATH):
            add(kinds["HPATH" if text.startswith("~") else "PATH"], text, start, end)
            self.last_start = start
            return self.path()
        if group == INT:
            add(kinds["INT_LIT"], self.integer(text, start), start, end)
        elif group == FLOAT:
            add(kinds["FLOAT_LIT"], self.float(text, start), start, end)
        elif group == SEARCH_PATH:
            add(kinds["SPATH"], text[1:-1], start, end)
        elif group == URI:
            add(kinds["URI"], text, start, end)
        elif group == INDENTED_STRING:
            add(kinds["IND_STRING_OPEN"], start, start, end)
            return self.indented_string
        elif group == DOC_COMMENT:
            following = self.patterns.trivia.match(self.text, end)
            assert following
            self.out.docs[following.end()] = (start, end)
        elif group == AT_END:
            return None
        elif text == "\0":  # Nix hands this character's code to its parser, where 0 means: end of file
            self.end = end
            return None
        else:
            add(INVALID, start, start, end)
        return self.program

    def operator(self, text: str, start: int) -> Mode:
        if text in ("<|", "|>") and "pipe-operators" not in self.features:
            raise self.error(
                "experimental Nix feature 'pipe-operators' is disabled; add "
                "'--extra-experimental-features pipe-operators' to enable it",
                start,
            )
        self.out.add(self.literals[text], start, start, self.position)
        if text == "${":
            self.open.append(None)
        return self.string if text == '"' else self.program

    def integer(self, text: str, start: int) -> int:
        value = int_value(text)
        if value is None:
            raise self.error(f"invalid integer '{text}'", start)
        return value

    def float(self, text: str, start: int) -> float:
        value = float_value(text)
        if value is None:
            raise self.error(f"invalid float '{text}'", start)
        return value

    def string(self) -> Mode | None:
        """The inside of `"…"`, up to its end or an interpolation."""
        start = self.position
        match = self.patterns.string.match(self.text, start)
        if not match:
            return None  # only at the end, possibly before a last `$` or backslash
        self.position = end = match.end()
        if match.lastindex == 1:
            text = self.without_null(unescape(match[1]), start)
            self.out.add(self.kinds["STR"], (start, text), start, end)
            return self.string
        if match.lastindex == 2:
            return self.interpolation(self.string, start)
        self.out.add(self.kinds["QUOTE"], start, start, end)
        return self.program

    def indented_string(self) -> Mode | None:
        """The inside of `''…''`, up to its end or an interpolation."""
        start = self.position
        match = self.patterns.indented.match(self.text, start)
        if not match:
            return None
        self.position = end = match.end()
        group = match.lastindex
        assert group is not None
        if group == 2:
            return self.interpolation(self.indented_string, start)
        if group == 6:
            self.out.add(self.kinds["IND_STRING_CLOSE"], start, start, end)
            return self.program
        text = escaped(match[4]) if group == 4 else match[group]
        self.out.add(self.kinds["IND_STR"], (start, self.without_null(text, start), group == 1), start, end)
        return self.indented_string

    def without_null(self, text: str, start: int) -> str:
        if "\0" in text:
            shown = text.replace("\0", "␀")
            raise EvalError(
                f"input string '{shown}' cannot be represented as Nix string because it contains null bytes",
                position=self.source.position(start),
            )
        return text

    def path(self) -> Mode | None:
        """The inside of a path literal, after its first piece or an interpolation."""
        start = self.position
        match = self.patterns.path.match(self.text, start)
        if match and match.lastindex:
            self.out.add(self.kinds["STR"], (start, match[1]), start, match.end())
            self.last_start, self.position = start, match.end()
            return self.path
        if match:
            self.position = match.end()
            return self.interpolation(self.path, start)
        if self.text[start - 1] == "}":
            self.last_start = start - 1
        at_end = start == len(self.text)
        if self.text[start - 1] == "/":
            raise self.error("path has a trailing slash", self.last_start if at_end else start)
        if at_end:
            self.end = self.last_start  # likewise an end of file
        # Where Nix reports an unexpected end of path. It steps back to read the next character again.
        reported = self.out.starts[-2 if at_end and len(self.out.starts) > 1 else -1]
        self.out.add(self.kinds["PATH_END"], start, reported, start)
        return self.program

    def interpolation(self, back: Mode, start: int) -> Mode:
        self.out.add(self.kinds["DOLLAR_CURLY"], start, start, self.position)
        self.open.append(back)
        return self.program


class Resumed(_Lexer):
    """The lexer of a text that goes on in some mode, such as a line in the middle of a string."""

    mode = "program"

    def resume(self, mode: str, opened: tuple[str, ...], start: int) -> None:
        """Read from an offset on; `mode` and `modes` tell then where that ended. No end is added.

        *mode* is the name of a method; so are *opened*, what each `}` returns to, `program` being told as "".
        """
        self.open = [getattr(self, name) if name else None for name in opened]
        self.position = start
        next_mode: Mode | None = getattr(self, mode)
        while next_mode is not None:
            self.mode = next_mode.__name__
            next_mode = next_mode()

    def modes(self) -> tuple[str, ...]:
        """What each `}` returns to, as `resume` takes it."""
        return tuple([mode.__name__ if mode else "" for mode in self.open])
