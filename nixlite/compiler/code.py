"""A compiled unit: what the compiler makes, the cache keeps and the evaluator runs."""

from __future__ import annotations

from typing import Any, NamedTuple


class Code(NamedTuple):
    """The code of one source, of plain data so that it can be marshalled.

    *code*: the module's Python code, which defines `main(scope)`. *sites*: rows (line, column, number of the
    enclosing context or 0, kind, text); line 0 means no position. *lambdas*: by the Python function's name,
    the arguments of `runtime.values.LambdaInfo`. *name*: the source's name.
    """

    code: Any
    sites: tuple[tuple[int, int, int, int, str | None], ...]
    lambdas: dict[str, tuple[Any, ...]]
    name: str
