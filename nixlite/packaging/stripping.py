"""Part of the packaging, not of the program: Python files as a wheel has them, without what only people read.

Comments and docstrings are a quarter of the compressed modules, and are read in the repository or the source
distribution. All else stays as it is and where it is: every token keeps its line and column, so that a
traceback of an installed nixlite points into the repository's files, and annotations stay for type checkers.
Two kinds of docstrings stay: those of what `import nixlite` has, and those of what is decorated, for
decorators read them (the help for builtins and commands of the REPL, fixtures of pytest's; `dataclass` writes
one, slowly, where there is none).
"""

from __future__ import annotations

import ast
import bisect
import itertools
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENTED = (
    "nixlite/__init__.py", "nixlite/api.py", "nixlite/errors.py", "nixlite/questions.py",
    "nixlite/host/host.py", "nixlite/host/memory.py", "nixlite/host/real.py",
    "nixlite/host/secluded.py", "nixlite/host/settings.py", "nixlite/interop/answers.py",
    "nixlite/interop/value.py", "nixlite/interop/workers.py", "nixlite/limits/budget.py",
)  # fmt: skip
"""The files of what `import nixlite` has: `help(nixlite.why)` shows its docstring."""

Span = tuple[int, int]
"""Offsets into the bytes of a file: the first, and the one behind the last."""


def stripped(path: str, source: bytes) -> bytes:
    """The *source* (UTF-8) of the file that a wheel has at *path*, without what only people read."""
    tree = ast.parse(source)
    starts = [0, *itertools.accumulate(len(line) for line in source.splitlines(keepends=True))]
    texts = outermost(sorted(span_of(node, starts) for node in ast.walk(tree) if is_text(node)))
    made = bytearray(source)
    for statement, is_all in () if path in DOCUMENTED else docstrings(tree):
        first, behind = span_of(statement, starts)
        blank = bytes(byte if byte == NEWLINE else SPACE for byte in source[first:behind])
        made[first:behind] = b"..." + blank[3:] if is_all else blank
        texts.remove((first, behind))
    return b"".join(
        uncommented(bytes(made[start:end]), start, texts) for start, end in itertools.pairwise(starts)
    )


NEWLINE, SPACE = b"\n "


def is_text(node: ast.AST) -> bool:
    """Whether there may be a `#` in what is written for *node* that begins no comment."""
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )


def span_of(node: ast.AST, starts: list[int]) -> Span:
    """Where a node stands; its columns are in bytes."""
    assert isinstance(node, ast.expr | ast.stmt)
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset


def outermost(spans: list[Span]) -> list[Span]:
    """Of sorted spans those that are not inside another, as the parts of an f-string are."""
    found: list[Span] = []
    for span in spans:
        if not found or span[0] >= found[-1][1]:
            found.append(span)
        elif span[1] > found[-1][1]:  # begins where its first part does
            found[-1] = span
    return found


def docstrings(tree: ast.Module) -> Iterator[tuple[ast.stmt, bool]]:
    """Texts that are statements, at the beginning of a body or below what they tell of; of each whether
    something has to stand there, for there is nothing else. Those of what is decorated are left out."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list) or getattr(node, "decorator_list", None):
            continue
        found = [statement for statement in body if is_docstring(statement)]
        for statement in found:
            yield statement, len(found) == len(body) and statement is found[0] and node is not tree


def is_docstring(statement: ast.stmt) -> bool:
    """Whether a statement is a text and no more."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def uncommented(line: bytes, start: int, texts: list[Span]) -> bytes:
    """A line that begins at the offset *start*, without its comment and the blanks before; `#!` is none."""
    at = -1 if line.startswith(b"#!") else line.find(b"#")
    while at >= 0 and is_inside(start + at, texts):
        at = line.find(b"#", at + 1)
    code = line[:at] if at >= 0 else line
    is_open = is_inside(start + len(line) - 1, texts)  # its end is in a text
    return line if is_open else code.rstrip() + b"\n"


def is_inside(offset: int, texts: list[Span]) -> bool:
    """Whether an offset is in one of the spans, which are sorted and apart."""
    place = bisect.bisect_right(texts, offset, key=itemgetter(0)) - 1
    return place >= 0 and offset < texts[place][1]
