"""Evaluating aside: what is asked on the way to an explanation prints no warnings and traces."""

from __future__ import annotations

from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from nixlite.evaluator import Evaluator


@contextmanager
def quiet(evaluator: Evaluator) -> Iterator[None]:
    """What is evaluated inside prints nothing."""
    host: Any = evaluator.state.host
    show = host.write_stderr
    host.write_stderr = lambda text: None
    try:
        yield
    finally:
        host.write_stderr = show
