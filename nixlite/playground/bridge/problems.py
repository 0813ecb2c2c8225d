"""Errors as the page shows them: what, where, what next, and the way there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.errors import Exhausted
from nixlite.explain.brief import folder_of
from nixlite.playground.bridge.texts import spot
from nixlite.traces.rendering import render_error

if TYPE_CHECKING:
    from nixlite.errors import NixError
    from nixlite.evaluator import Evaluator
    from nixlite.playground.bridge.texts import Spot
    from nixlite.source import Position

LIMITED = "This is a limit of the playground's; `nixlite eval` on a machine has none."
FRAMES = 40
"""Lines of a trace that are sent: the outermost and the innermost half each."""


def problem(error: NixError, evaluator: Evaluator) -> dict[str, Any]:
    """`message`, `hint`, `at` (of the user's own files, where there is such a place), `report` as Nix prints
    it, and `trace`: texts and places, outermost first."""
    evaluator.explain(error)
    base = folder_of(evaluator.state)

    def at(position: Position | None) -> Spot | None:
        if position is None:
            return None
        source = position.source or evaluator.sources.get(position.file)
        return spot(source, position.file, position.line, position.column, base)

    frames = [{"text": frame.text, "at": at(frame.position)} for frame in error.trace or ()]
    if len(frames) > FRAMES:
        left = len(frames) - FRAMES
        frames[FRAMES // 2 : -FRAMES // 2] = [{"text": f"… {left} more of these", "at": None}]
    own = [found for found in (at(error.position), *[row["at"] for row in reversed(frames)]) if is_own(found)]
    return {
        "message": error.message,
        "hint": LIMITED if isinstance(error, Exhausted) else error.hint or "",
        "at": own[0] if own else at(error.position),
        "report": render_error(error, show_trace=False, colour=False),
        "trace": frames,
    }


def is_own(found: Any) -> bool:
    """Whether a place is in a file of the user's: those of others are shown in angle brackets."""
    return found is not None and found["file"][:1] not in ("<", "/", "«")
