"""Regular expressions that are compiled once and then kept in the user's cache directory.

For an expression that was never seen before, importing `re` and compiling the lexer's patterns takes longer
than all the rest. What `_sre`, the C module behind `re`, makes a pattern of is a list of numbers.
"""

from __future__ import annotations

import sys

from nixlite.syntax import kept

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Pattern
    from typing import Any

    _sre: Any
    Row = tuple[int, list[int], int, dict[str, int], tuple[str | None, ...]]
else:
    try:
        import _sre
    except ImportError:  # another Python than CPython
        _sre = None


POSSESSIVE_GROUPS = (3, 11, 5)
"""Since this Python a possessive group matches what it should (gh-106052); Debian 12 has 3.11.2."""


def compile_patterns(texts: tuple[str, ...]) -> tuple[Pattern[str], ...]:
    """What `re.compile` makes of *texts*."""
    if sys.version_info < POSSESSIVE_GROUPS:
        texts = tuple(map(with_atomic_groups, texts))
    key = (sys.version, *texts)
    path = kept.kept_file("patterns", key) if _sre else None
    rows = kept.read_private(path, key) if path else None
    if rows:
        return made_of(texts, rows)
    import re

    if path:
        try:
            rows = [row_of(text) for text in texts]
            patterns = made_of(texts, rows)
            least = min(patterns, key=lambda pattern: len(pattern.pattern))
            if least == re.compile(least.pattern):  # if one is right, all are: a large one takes its time
                kept.write_private(path, key, rows)
                return patterns
        except (ImportError, AttributeError, TypeError, ValueError, RuntimeError):
            pass  # the `re` of this Python is made differently
    return tuple([re.compile(text) for text in texts])


def with_atomic_groups(text: str) -> str:
    """A pattern with `(?>(…)*)` for `(…)*+`, which means the same."""
    parts = list(text)
    begins: list[int] = []
    at, in_class = 0, False
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 1
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
            if text.startswith("^", at + 1):
                at += 1
            if text.startswith("]", at + 1):  # as the first it is one of the class
                at += 1
        elif character == "(":
            begins.append(at)
        elif character == ")":
            begin = begins.pop()
            if text[at + 1 : at + 3] in ("*+", "++", "?+"):
                parts[begin] = f"(?>{parts[begin]}"
                parts[at + 2] = ")"
        at += 1
    return "".join(parts)


def made_of(texts: tuple[str, ...], rows: list[Row]) -> tuple[Pattern[str], ...]:
    """The patterns of *texts*, compiled before."""
    return tuple([_sre.compile(text, *row) for text, row in zip(texts, rows, strict=True)])


def row_of(text: str) -> Row:
    """The further arguments of `_sre.compile` for a pattern, found as `re` does."""
    from re import _compiler, _parser  # type: ignore[attr-defined]  # not in the stubs

    parsed = _parser.parse(text)
    state = parsed.state
    code = [int(part) for part in _compiler._code(parsed, 0)]
    names: list[str | None] = [None] * state.groups
    for name, number in state.groupdict.items():
        names[number] = name
    return (state.flags, code, state.groups - 1, dict(state.groupdict), tuple(names))
