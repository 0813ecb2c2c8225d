"""Skimming big sources: simple bindings are checked by one regular expression, and parsed when asked for.

A file of fifteen thousand packages says the same few things again and again, and a program needs two hundred
of them. A *simple* binding consists of names, selections, plain strings, integers, `./paths`, lists, sets,
calls, functions in parentheses and some operators, nested three deep, without comments. To recognise one
takes a fraction of the time of parsing it; its value becomes a `Skimmed` node, which knows what variables
it uses.

Simple is only what is certainly right: whatever is not recognised is parsed at once, and when anything is
wrong with a text, or only unusual, all of it is parsed again without skimming (see `parser.parse`).
"""

from __future__ import annotations

from nixlite.syntax.patterns import compile_patterns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Pattern

    from nixlite.syntax.tokens import Tokens

SHORTEST, LONGEST = 24, 5000
"""Characters of a value: a shorter one is parsed as quickly, a longer one may hold much that is not used."""

PATIENCE = 50
"""So many more misses than hits end the attempts in a source."""

DEEPEST = 3

# The tokens are those of tokens.lark, but more narrowly, so that none can be the beginning of another one;
# that a name is no keyword is seen later, in `variables`.
_W = r"[ \n]*+"
_NAME = r"[A-Za-z_][\w'-]*+"
_STRING = r'"[^"\\$\r\0]*+"'
_KEY = rf"(?:{_NAME}|{_STRING})"
_KEYS = rf"{_KEY}(?:\.{_KEY})*+"
_EMPTY = rf"\[{_W}\]|\{{{_W}\}}"
_OPERATOR = rf"(?:\+\+?|//|&&|\|\|)[ \n]{_W}"


def _basic(after: str) -> str:
    """What has no parts, before one of the characters *after*."""
    end = rf"(?=[ \n{after}])"
    return rf"{_STRING}|{_NAME}(?:\.{_NAME})*+{end}|[0-9]{{1,18}}+{end}|\.\.?(?:/[\w.+-]++)++{end}"


_BASIC = _basic(r";)\]")
_FORMAL = rf"{_NAME}{_W}(?:\?[ \n]{_W}(?:{_basic(',}')}|{_EMPTY}){_W})?+"
_FORMALS = rf"\{{{_W}(?:{_FORMAL},{_W})*+(?:{_FORMAL}|\.\.\.{_W})?+\}}"
_HEADS = rf"(?:(?:{_NAME}|{_FORMALS}(?:@{_NAME})?+){_W}:[ \n]{_W})*+"


def _expression(depth: int) -> str:
    """Calls joined by operators: an operator belongs to the operand before it."""
    return rf'(?:{_operand(depth)}{_W}(?:{_OPERATOR}(?=[\w"./(\[{{]))?+)++'


def _operand(depth: int) -> str:
    """What can stand in a list; in parentheses, lists and sets there may be such *depth* times."""
    if not depth:
        return f"(?:{_BASIC}|{_EMPTY})"
    inside = _expression(depth - 1)
    items = _operand(min(depth - 1, 1))
    return (
        rf"(?:{_BASIC}|{_EMPTY}|\[{_W}(?:{items}{_W})++\]|\({_W}{_HEADS}{inside}\)"
        rf"|\{{{_W}(?:{_KEYS}{_W}=[ \n]{_W}{inside};{_W})++\}})"
    )


KEYWORDS = frozenset(("if", "then", "else", "assert", "with", "let", "in", "rec", "inherit", "or"))
_NEXT_KEY = rf"\.(?!(?:{'|'.join(sorted(KEYWORDS))})(?![\w'-])){_KEY}"
_NAMED = rf"{_KEY}(?:{_NEXT_KEY})*+{_W}="
_REST = rf"[ \n;:,+/&|[\]]++|{_STRING}(?!(?:\.{_KEY})*+{_W}=)|\.\.\.|\.\.?/[^ \n;)\]]++|{_NEXT_KEY}|[0-9]++"
_PARTS = (
    rf"(?:{_REST})*+"
    rf"({_NAMED}|{_NAME}{_W}\?[ \n]{_W}(?:{_NAME})?+|@?{_NAME}{_W}[,}}:@]|{_NAME}|[({{)}}]|\Z)"
)
"""What a simple value consists of, see `variables`; the rest is passed over."""

_NO_THUNK = rf"(?:{_BASIC}|\[{_W}\]){_W};|\("  # in parentheses may be such

_WORDS = (
    rf"{_STRING}(?!\.|{_W}=)(?<!\.)|\.\.?/[\w.+/-]++|[0-9]++|\{{{_W}\}}"  # none that gets a number
    rf"|({_NAME}|{_STRING})(?:{_W}([:?]))?+|([(),}}])"
)
"""What decides the order of the names in a simple value, see `numbered`."""

_PLAIN_WORDS = rf"\.\.?/[\w.+/-]++|[0-9]++|({_NAME})"
"""The names where there are no functions and no strings."""


class Patterns:
    """The compiled patterns; *trivia* is what may be before a binding."""

    __slots__ = ("binding", "parts", "plain_words", "words")

    def __init__(self, trivia: str) -> None:
        binding = rf"(?a){trivia}({_KEY}){_W}=[ \n]{_W}(?!{_NO_THUNK})({_expression(DEEPEST)});"
        self.binding, self.parts, self.words, self.plain_words = compile_patterns(
            (binding, f"(?a){_PARTS}", f"(?a){_WORDS}", f"(?a){_PLAIN_WORDS}")
        )


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
            names = variables(self.patterns.parts, found[2]) if end - start >= SHORTEST else None
            if names is None or found[1] in KEYWORDS:
                self.patience -= 1
                return position
            self.patience += 1
            position = found.end()
            out.add(self.kind, (found[1].strip('"'), start, end, names), found.start(1), position)


def variables(parts: Pattern[str], text: str) -> tuple[str, ...] | None:
    """The variables that a simple value uses and does not bind; None when it should be looked at closely.

    That is when there is a keyword, when a set has a name twice, or an argument hides another. Functions
    stand in parentheses, which end where the scope of their arguments does. Parts tell by their ends what
    they are: `a.b =` names an attribute, `a,`, `a }`, `a:` and `@a` an argument, `a ? b` one with a default.
    """
    free: dict[str, None] = {}
    bound: frozenset[str] = frozenset()
    around = []
    keys: list[set[str]] = [set()]
    for part in parts.findall(text):
        if not part:
            break
        if part == "(":
            around.append(bound)
        elif part == ")":
            bound = around.pop()
        elif part == "{":
            keys.append(set())
        elif part == "}":
            keys.pop()
        elif part[-1] == "=":
            key = part[1:].partition('"')[0] if part[0] == '"' else part[:-1].partition(".")[0].strip()
            if key in keys[-1] or key in KEYWORDS:
                return None
            keys[-1].add(key)
        elif part[-1] in ",:}@" or "?" in part:
            argument, _, default = part.partition("?")
            argument, default = argument.strip(" \n,:}@"), default.strip()
            if argument in bound or argument in KEYWORDS or default in KEYWORDS:
                return None
            if default and default not in bound:
                free[default] = None
            bound |= {argument}
            if part[-1] == "}":
                keys.pop()
        elif part not in bound:
            free[part] = None
    return None if KEYWORDS.intersection(free) or "__curPos" in text else tuple(free)  # that is no name


def numbered(patterns: Patterns, text: str) -> list[str]:
    """The names in a simple value in the order in which the grammar's rules for them are reduced.

    That is as they are written, but for the argument of a function, which comes after the body, and for a
    formal with a default, which comes after that. There may be empty ones, which stand for nothing.
    """
    if '"' not in text and ":" not in text:
        return patterns.plain_words.findall(text)
    found: list[str] = []
    with_default = ""
    arguments: list[str] = []  # of functions whose bodies have not ended
    around: list[list[str]] = []
    for name, after, sign in patterns.words.findall(text):
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
