"""One definition of a big source, without parsing the others: a list of packages has ten thousand.

What is in a set that is not recursive means the same whatever else is in it. So a definition can be read
from the source with the other definitions of its set as blanks, in a hundredth of the time, and has its
place and everything around it. `Outline` tells where the definitions lie; it is made of the whole tree once,
and kept in the cache of compiled sources.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from nixlite.syntax import nodes as n
from nixlite.syntax.tree import children

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.cache.files import Cache
    from nixlite.source import Source

BIG = 50_000
"""Characters of a source from which on there is an outline."""

MANY = 50
"""Definitions of a set that are worth it."""

KIND = "outline"
"""What the key of an entry in the cache is made of, beside the source."""

NAME = re.compile(r"""(?:[A-Za-z_][\w'-]*|"[^"$\\]*")\s*=\s*""")
END = re.compile(r"\s*;")
BETWEEN = re.compile(r"(?:\s+|#[^\n\r]*|/\*(?:[^*]|\*(?!/))*\*/)+")
INHERIT = re.compile(r"""inherit\b\s*(?:\((?:(?!'')[^()"#]|\((?:(?!'')[^()"#])*\))*\))?[\w\s'-]*;""")
"""One whose expression is simple: no texts in it, and no comments."""

Spans = list[tuple[int, int]]


class Outline:
    """Where the definitions of a source's big sets begin and end, in order; each reaches to the next one if
    there is nothing else in between."""

    def __init__(self, starts: Any, ends: Any) -> None:
        self.starts = starts
        self.ends = ends

    def number(self, offset: int) -> int | None:
        """Which definition an offset lies in."""
        at = bisect_right(self.starts, offset) - 1
        return at if at >= 0 and offset < self.ends[at] else None

    def text(self, source: str, number: int) -> str:
        """The source with blanks in place of all definitions but one."""
        parts: list[str] = []
        done = 0
        for start, end in self.runs(number):
            parts += [source[done:start], " " * (end - start)]
            done = end
        return "".join([*parts, source[done:]])

    def runs(self, number: int) -> Iterator[tuple[int, int]]:
        """The spans that are to be blanks, those that touch as one."""
        starts, ends = self.starts, self.ends
        first = 0
        for at in range(len(starts)):
            last = at + 1 == len(starts)
            if at == number:
                if first < at:
                    yield starts[first], ends[at - 1]
                first = at + 1
            elif last or ends[at] != starts[at + 1]:
                yield starts[first], ends[at]
                first = at + 1


def load(cache: Cache | None, source: Source) -> Outline | None:
    """The outline of a source from the cache, None where it has none."""
    found = cache.load_data(cache.key(source, KIND)) if cache is not None else None
    if type(found) is not tuple or len(found) != 2:
        return None
    return Outline(*[memoryview(column).cast("I") for column in found])


def keep(cache: Cache | None, source: Source, tree: n.Expr) -> None:
    """Make the outline of a source, and put it into the cache."""
    if cache is None or not cache.usable():
        return
    spans = sorted(span for attrs in big_sets(tree) for span in joined(source.text, spans_of(source, attrs)))
    starts, ends = (array("I", [span[at] for span in spans]).tobytes() for at in (0, 1))
    cache.store_data(cache.key(source, KIND), (starts, ends))


def big_sets(tree: n.Expr) -> Iterator[n.AttrSet]:
    """The outermost sets with many definitions that do not see each other."""
    todo: list[Any] = [tree]
    while todo:
        node = todo.pop()
        if type(node) is n.AttrSet and not node.recursive and len(node.bindings) >= MANY:
            yield node
        elif type(node) is n.Let:  # its own definitions are variables
            todo += [*children(node.attrs), node.body]
        else:
            todo += children(node)


def spans_of(source: Source, attrs: n.AttrSet) -> Spans:
    """Where the definitions `name = value;` of a set begin and end."""
    text = source.text
    found = []
    for binding in attrs.bindings.values():
        value = binding.value
        if binding.kind != n.PLAIN or value is None:
            continue
        end = END.match(text, value.end)
        if end is not None and NAME.fullmatch(text, binding.pos, value.start):
            found.append((binding.pos, end.end()))
    return sorted(found)


def joined(text: str, spans: Spans) -> Spans:
    """The spans with comments and `inherit` in between: a comment belongs to what is before it."""
    found: Spans = []
    for start, end in spans:
        if found:
            found += between(text, found[-1][1], start)
            at, last = found[-1]
            blank = BETWEEN.fullmatch(text, last, start)
            if blank is not None or last == start:
                found[-1] = (at, start)
        found.append((start, end))
    return found


def between(text: str, at: int, end: int) -> Spans:
    """The statements `inherit (e) a b;` that follow, each from its first character to the next thing."""
    found: Spans = []
    while at < end:
        blank = BETWEEN.match(text, at, end)
        start = blank.end() if blank is not None else at
        statement = INHERIT.match(text, start, end)
        if statement is None:
            return found
        found.append((start, statement.end()))
        at = statement.end()
    return found
