"""`why PATH`, whatever is there: an option of a module system, or any other attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain import cycles, why
from nixlite.explain.brief import folder_of
from nixlite.explain.modules import answer as modules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.recording.program import Program


class Answer(NamedTuple):
    """The answer as text and as plain data; *failed*: the attribute has no value."""

    text: str
    data: Any
    failed: bool


def answer(program: Program, path: Sequence[str], depth: int = 3, *, everything: bool = False) -> Answer:
    """Explain the attribute at *path*; raises the error of a path that leads nowhere."""
    found = program.run()
    base = folder_of(found.evaluator.state)
    option = modules.explain(program, found, path)
    if option is not None:
        return Answer(modules.show(option, base), option, bool(option.error))
    if found.error is not None:
        raise found.evaluator.explain(found.error)
    told = why.explain(found, path, depth, everything=everything)
    return Answer(why.show(told, base) + cycles.show(found, base), told, bool(told.error))
