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


def compile_patterns(texts: tuple[str, ...]) -> tuple[Pattern[str], ...]:
    """What `re.compile` makes of *texts*."""
    key = (sys.version, *texts)
    path = kept.kept_file("patterns", key) if _sre else None
    rows = kept.read_private(path, key) if path else None
    if rows:
        return made_of(texts, rows)
    import re

    patterns = tuple([re.compile(text) for text in texts])
    if path:
        try:
            rows = [row_of(pattern) for pattern in patterns]
            if made_of(texts, rows) == patterns:
                kept.write_private(path, key, rows)
        except (ImportError, AttributeError, TypeError, ValueError, RuntimeError):
            pass  # the `re` of this Python is made differently
    return patterns


def made_of(texts: tuple[str, ...], rows: list[Row]) -> tuple[Pattern[str], ...]:
    """The patterns of *texts*, compiled before."""
    return tuple([_sre.compile(text, *row) for text, row in zip(texts, rows, strict=True)])


def row_of(pattern: Pattern[str]) -> Row:
    """The further arguments of `_sre.compile` for a pattern, found as `re` does."""
    from re import _compiler, _parser  # type: ignore[attr-defined]  # not in the stubs

    code = [int(part) for part in _compiler._code(_parser.parse(pattern.pattern), 0)]
    names: list[str | None] = [None] * (pattern.groups + 1)
    for name, number in pattern.groupindex.items():
        names[number] = name
    return (pattern.flags, code, pattern.groups, dict(pattern.groupindex), tuple(names))
