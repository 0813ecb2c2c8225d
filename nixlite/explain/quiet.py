"""Where an evaluation writes its warnings and traces: elsewhere, or nowhere.

What is asked on the way to an explanation prints none. The evaluator gets a twin of its host for that; the
host itself, by which the rest of a session writes, stays as it is.
"""

from __future__ import annotations

from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nixlite.evaluator import Evaluator


def unheard(text: str) -> None:
    """What becomes of a text that nobody is to see."""


def redirect(evaluator: Evaluator, write: Callable[[str], None]) -> None:
    """Let *write* have what an evaluation writes to the standard error from now on."""
    evaluator.host = evaluator.state.host = evaluator.host.twin(write)


@contextmanager
def quiet(evaluator: Evaluator) -> Iterator[None]:
    """What is evaluated inside prints nothing."""
    host = evaluator.host
    redirect(evaluator, unheard)
    try:
        yield
    finally:
        evaluator.host = evaluator.state.host = host
