"""Skimming big sources: simple bindings are checked by one regular expression, and parsed when asked for.

A file of fifteen thousand packages says the same few things again and again, and a program needs two hundred
of them. A *simple* binding consists of names, selections, strings without interpolation, integers, `./paths`,
lists, sets, `inherit`, calls, functions in parentheses, `with a.b;` and some operators, nested three deep. To
recognise one takes a fraction of the time of parsing it; its value becomes a `Skimmed` node, which knows what
variables it uses.

Simple is only what is certainly right: whatever is not recognised is parsed at once, and when anything is
wrong with a text, or only unusual, all of it is parsed again without skimming (see `parser.parse`).
"""

from __future__ import annotations

from nixlite.syntax.patterns import compile_patterns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Pattern

    from nixlite.syntax.tokens import Tokens

    Used = tuple[tuple[str, ...], tuple[str, ...] | None]

SHORTEST, LONGEST = 24, 5000
"""Characters of a value: a shorter one is parsed as quickly, a longer one may hold much that is not used."""

PATIENCE = 50
"""So many more misses than hits end the attempts in a source."""

DEEPEST = 3

KEYWORDS = frozenset(("if", "then", "else", "assert", "with", "let", "in", "rec", "inherit", "or"))

# The tokens are those of tokens.lark, but more narrowly, so that none can be the beginning of another one. Of
# the keywords, only those that may stand here are told from names; all others are seen later, in `variables`.
_W = r"[ \n]*+"
_REMARK = r"#[^\r\n\0]*+|/\*(?!\*)[^*\r\0]*+\*++(?:[^/*\r\0][^*\r\0]*+\*++)*+/"
_V = rf"{_W}(?:(?:{_REMARK}){_W})*+"
_NAME = r"[A-Za-z_][\w'-]*+"
_NO_KEYWORD = rf"(?!(?:with|inherit)(?![\w'-])){_NAME}"
_STRING = r'"[^"\\$\r\0]*+"'
_TEXT = r'"(?:[^"\\$\r\0]++|\\[^\r\0]|\$(?![{"\\$\r\0]))*+"'
_INDENTED = r"''(?:[^'$\r\0]++|'(?!')|\$(?!\{))*+''(?!['$\\])"
_URL = r"[A-Za-z][A-Za-z0-9+.-]*+://[A-Za-z0-9%/?:@&=+$,_.!~*'-]*+"
_KEY = rf"(?:{_NO_KEYWORD}|{_STRING})"
_KEYS = rf"{_KEY}(?:\.{_KEY})*+"
_EMPTY = rf"\[{_W}\]|\{{{_W}\}}"
_OPERATOR = rf"(?:\+\+?|//|&&|\|\|)[ \n]{_W}"
_SELECTION = rf"{_NO_KEYWORD}(?:\.{_NO_KEYWORD})*+"


_WORD = rf"{_SELECTION}|[0-9]{{1,18}}+|\.\.?(?:/[\w.+-]++)++"
_BASIC = rf"{_TEXT}|(?:{_WORD}|{_URL})(?=[ \n;)\]])|{_INDENTED}"
"""What has no parts."""

_DEFAULT = rf"{_STRING}|(?:{_WORD})(?=[ \n,}}])|{_EMPTY}"
_FORMAL = rf"{_NAME}{_W}(?:\?[ \n]{_W}(?:{_DEFAULT}){_W})?+"
_FORMALS = rf"\{{{_W}(?:{_FORMAL},{_W})*+(?:{_FORMAL}|\.\.\.{_W})?+\}}"
_HEADS = rf"(?:(?:{_NAME}|{_FORMALS}(?:@{_NAME})?+){_W}:[ \n]{_W})*+"
_WITH = rf"(?:with[ \n]{_W}{_SELECTION}{_W};[ \n]{_W})*+"
_INHERIT = rf"inherit(?:{_W}\({_W}{_SELECTION}{_W}\)|(?=[ \n])){_W}(?:{_NAME}{_W})*+"


def _expression(depth: int) -> str:
    """Calls joined by operators: an operator belongs to the operand before it."""
    return rf"""(?:{_operand(depth)}{_W}(?:{_OPERATOR}(?=[\w"./(\[{{']))?+)++"""


def _operand(depth: int) -> str:
    """What can stand in a list; in sets there may be such *depth* times.

    In parentheses only at first, in lists only at last: all of it would take half as long again to compile,
    for two in a thousand bindings of a package set.
    """
    if not depth:
        return f"(?:{_BASIC}|{_EMPTY})"
    inside = _WITH + _expression(depth - 1)
    called = inside if depth == DEEPEST else _WITH + _expression(0)
    items = _operand(1 if depth == DEEPEST - 1 else 0)
    return (
        rf"(?:{_BASIC}|{_EMPTY}|\[{_V}(?:{items}{_V})++\]|\({_W}{_HEADS}{called}\)"
        rf"|\{{{_V}(?:(?:{_KEYS}{_W}=[ \n]{_V}{inside}|{_INHERIT});{_V})++\}})"
    )


_NEXT_KEY = rf"\.(?!(?:{'|'.join(sorted(KEYWORDS))})(?![\w'-])){_KEY}"
_NAMED = rf"{_KEY}(?:{_NEXT_KEY})*+{_W}="
_SIGNED = rf"{_NAMED}|{_NAME}{_W}\?[ \n]{_W}(?:{_NAME})?+|@?{_NAME}{_W}[,}}:@]|{_NAME}"
_UNNAMED = rf"\.\.\.|\.\.?/[^ \n;)\]]++|{_NEXT_KEY}|[0-9]++"
_NO_SET = rf"\{{{_W}\}}(?!{_W}[:@])"
_PARTS = (
    rf"(?:[ \n;:,+/&|[\]]++|{_STRING}(?!(?:\.{_KEY})*+{_W}=)|{_UNNAMED}|{_NO_SET})*+"
    rf"({_SIGNED}|[({{)}}]|\Z)"
)
"""What a simple value consists of, see `variables`; the rest is passed over."""

_CLOSE_PARTS = (
    rf"(?:[ \n;:,+&|[\]]++|{_REMARK}|/|{_TEXT}(?!(?:\.{_KEY})*+{_W}=)|{_INDENTED}|{_URL}|{_UNNAMED}"
    rf"|{_NO_SET})*+"
    rf"((?:with|inherit)(?![\w'-])[^;]++;|{_SIGNED}|[({{)}}]|\Z)"
)
"""The same where there is more than the plainest: `with`, `inherit`, remarks, strings of all kinds."""

MARKS = ("with", "inherit", "#", "*", "//", "\\", "$", "''")
"""One of these is in every such value, and in few others."""

_NO_THUNK = rf"(?:{_BASIC}|\[{_W}\]){_W};|\("  # in parentheses may be such

_FREQUENT = rf"({_NAME})[ \n]{_W}\.\.?(?:/[\w.+-]++)++{_W}\{{{_W}\}}"
"""`callPackage ./a { }`: more than half of what is skimmed."""

NO_VARIABLES = KEYWORDS | {"__curPos"}

_NUMBERED = rf"|({_NAME}|{_STRING})(?:{_W}([:?]))?+|([(),}}])"
_WORDS = rf"{_STRING}(?!\.|{_W}=)(?<!\.)|\.\.?/[\w.+/-]++|[0-9]++|\{{{_W}\}}{_NUMBERED}"
"""What decides the order of the names in a simple value, see `numbered`; first, what gets no number."""

_CLOSE_SKIPPED = (
    rf"{_TEXT}(?!\.|{_W}=)(?<!\.)|{_INDENTED}|{_REMARK}|{_URL}|\.\.?/[\w.+/-]++|[0-9]++"
    rf"|(?:with|inherit)(?![\w'-])"
)
_CLOSE_WORDS = rf"{_CLOSE_SKIPPED}|\{{{_W}\}}{_NUMBERED}"

_PLAIN_WORDS = rf"\.\.?/[\w.+/-]++|[0-9]++|({_NAME})"
"""The names where there are no functions and no strings."""

_CLOSE_PLAIN_WORDS = rf"(?:[^\w\"'/.#]++|{_CLOSE_SKIPPED}|[./])*+({_NAME}|{_STRING}|\Z)"
"""Those where there are no functions; names in quotes, too."""


class Patterns:
    """The compiled patterns; *trivia* is what may be before a binding."""

    __slots__ = (
        "binding", "close_parts", "close_plain_words", "close_words", "parts", "plain_words", "words",
    )  # fmt: skip

    def __init__(self, trivia: str) -> None:
        value = rf"(?!{_NO_THUNK})({_FREQUENT}(?=;)|{_WITH}{_expression(DEEPEST)});"
        texts = (_PLAIN_WORDS, _CLOSE_PLAIN_WORDS, _WORDS, _CLOSE_WORDS, _PARTS, _CLOSE_PARTS)
        made = compile_patterns(
            (*(f"(?a){text}" for text in texts), rf"(?a){trivia}({_KEY}){_W}=[ \n]{_W}{value}")
        )
        self.plain_words, self.close_plain_words, self.words, self.close_words = made[:4]
        self.parts, self.close_parts, self.binding = made[4:]


class Skimmer:
    """What skims one text: adds tokens of the kind *kind*, whose values are for `SkimmingBuilder.skimmed`."""

    __slots__ = ("depth", "kind", "patience", "patterns", "text")

    def __init__(self, text: str, patterns: Patterns, kind: int) -> None:
        self.text = text
        self.patterns = patterns
        self.kind = kind
        self.patience = PATIENCE
        self.depth = 1  # of braces in which it is worth trying

    def is_worth_it(self, depth: int) -> bool:
        """Whether to try at a place that lies in so many braces."""
        return depth <= self.depth and self.patience > 0

    def run(self, out: Tokens, position: int) -> int:
        """Take all simple bindings from *position* on; where they end."""
        match = self.patterns.binding.match
        while True:
            found = match(self.text, position)
            if found is None:
                self.patience -= 1
                return position
            start, end = found.span(2)
            if end - start > LONGEST:
                self.depth += 1
                return position
            used: Used | None = None
            alone = found[3]
            if end - start >= SHORTEST:
                used = ((alone,), None) if alone and alone not in NO_VARIABLES else self.variables(found[2])
            if used is None or found[1] in KEYWORDS:
                self.patience -= 1
                return position
            self.patience += 1
            position = found.end()
            out.add(self.kind, (found[1].strip('"'), start, end, *used, alone), found.start(1), position)

    def variables(self, text: str) -> Used | None:
        """The variables that a simple value uses, and those that may be in a `with`, None where nothing asked
        for a closer look; None when it is to be parsed."""
        patterns = self.patterns
        for mark in MARKS:
            if mark in text:
                found = variables(patterns.close_parts, text)
                return None if found is None else (tuple(found[0]), tuple(found[1]))
        found = variables(patterns.parts, text)
        return None if found is None else (tuple(found[0]), None)


def variables(parts: Pattern[str], text: str) -> tuple[dict[str, None], dict[str, None]] | None:
    """The variables that a simple value uses and does not bind; None when it should be parsed.

    That is when there is a keyword, when a set has a name twice, or an argument hides another. Of the two
    rows the second is of those in the bodies of `with`, which need not be defined. Functions stand in
    parentheses, which end where the scope of their arguments does. Parts tell by their ends what they are:
    `a.b =` names an attribute, `a,`, `a }`, `a:` and `@a` an argument, `a ? b` one with a default; `with a;`
    and `inherit a;` are one each.
    """
    free: dict[str, None] = {}
    loose: dict[str, None] = {}
    row = free
    bound: frozenset[str] = frozenset()
    around = []
    keys: list[set[str]] = [set()]
    rows = [free]  # around each set
    for part in parts.findall(text):
        if not part:
            break
        last = part[-1]
        if last == "=":
            key = part[1:].partition('"')[0] if part[0] == '"' else part[:-1].partition(".")[0].strip()
            if key in keys[-1] or key in KEYWORDS:
                return None
            keys[-1].add(key)
            row = rows[-1]
        elif last not in "(){},:@;" and "?" not in part:
            if part not in bound:
                row[part] = None
        elif part == "(":
            around.append((bound, row))
        elif part == ")":
            bound, row = around.pop()
        elif part == "{":
            keys.append(set())
            rows.append(row)
        elif part == "}":
            keys.pop()
            row = rows.pop()
        elif last == ";":
            row = row if part[0] == "w" else rows[-1]
            if not take(part, keys[-1], bound, row):
                return None
            row = loose if part[0] == "w" else row
        else:
            argument = argument_of(part, bound, row)
            if argument is None:
                return None
            bound |= {argument}
            if last == "}":
                keys.pop()
                row = rows.pop()
    known = KEYWORDS.isdisjoint(free) and KEYWORDS.isdisjoint(loose) and "__curPos" not in text  # no name
    return (free, loose) if known else None


def argument_of(part: str, bound: frozenset[str], row: dict[str, None]) -> str | None:
    """The argument that a part names, whose default's variable is added to a *row*; None for one that hides
    another, or is none."""
    argument, _, default = part.partition("?")
    argument, default = argument.strip(" \n,:}@"), default.strip()
    if argument in bound or argument in KEYWORDS or default in KEYWORDS:
        return None
    if default and default not in bound:
        row[default] = None
    return argument


def take(part: str, keys: set[str], bound: frozenset[str], row: dict[str, None]) -> bool:
    """Add to a *row* what `with a.b;` or `inherit (a.b) c d;` uses, and to *keys* the names; False when one
    of them is there already, or is none."""
    names = part[:-1].replace("(", " ").replace(")", " ").split()
    if names[0] == "with" or "(" in part:
        used = [names[1].partition(".")[0]]
        names = names[2:]
    else:
        used = names = names[1:]
    row.update(dict.fromkeys([name for name in used if name not in bound]))
    if len({*names, *keys, *KEYWORDS}) != len(names) + len(keys) + len(KEYWORDS):
        return False
    keys.update(names)
    return True


def numbered(patterns: Patterns, text: str, *, plain: bool) -> list[str]:
    """The names in a simple value in the order in which the grammar's rules for them are reduced.

    That is as they are written, but for the argument of a function, which comes after the body, and for a
    formal with a default, which comes after that. There may be empty ones, which stand for nothing.
    *plain*: the value has none of the `MARKS`.
    """
    if "(" not in text:  # no function
        if plain and '"' not in text:
            return patterns.plain_words.findall(text)
        return [name.strip('"') for name in patterns.close_plain_words.findall(text)]
    words = patterns.words if plain else patterns.close_words
    found: list[str] = []
    with_default = ""
    arguments: list[str] = []  # of functions whose bodies have not ended
    around: list[list[str]] = []
    for name, after, sign in words.findall(text):
        if not sign:
            if after == "?":
                with_default = name
            elif after:
                arguments.append(name)
            elif name:
                found.append(name if name[0] != '"' else name[1:-1])
        elif sign == "(":
            around.append(arguments)
            arguments = []
        elif sign == ")":
            found += reversed(arguments)
            arguments = around.pop()
        elif with_default:  # a comma or a brace
            found.append(with_default)
            with_default = ""
    return found
