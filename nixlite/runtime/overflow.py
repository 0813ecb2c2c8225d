"""Where an evaluation has become too deep: the error, its place, and the end of its traceback.

C++ Nix finds out that a call is too deep before it enters it (`EvalState::addCallDepth`), so its trace does
not tell of that call, and the error has the place that was given to it (2.34.8).
"""

from __future__ import annotations

from nixlite.abi.sites import ABOUT, CALL, EMPTY, KIND, NOWHERE
from nixlite.errors import StackOverflow
from nixlite.runtime.sites import site_of
from nixlite.runtime.values import HERE, LambdaInfo, innermost
from nixlite.source import Position

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import CodeType, FrameType, TracebackType
    from typing import Any

    Place = tuple[str, int, int] | None
    PlaceOf = Callable[[FrameType], Place | dict[str, Any]]
    Counted = tuple[CodeType | None, PlaceOf | None]
    """How a function counts as a call. If the first is the code of what called it, it does not: that is the
    first half of the same call. The second tells, from its frame, the place that Nix gives such a call, or
    the set whose place that is."""

BETWEEN = ("nixlite.runtime.call", "nixlite.runtime.thunk")
"""The modules of the functions between a call, or what evaluates a delayed one, and what is called."""


class CountedFunctions:
    """What counts as a call, by codes: *ours*, and those of builtins that are loaded, as *builtins* tells."""

    __slots__ = ("builtins", "ours")

    def __init__(self, ours: Mapping[CodeType, Counted], builtins: Callable[[], Any]) -> None:
        self.ours = ours
        self.builtins = builtins


def check_call(callee: FrameType, how: Counted | None, too_deep: bool) -> None:
    """Raise StackOverflow for a call that is *too_deep*, or the last that is not and has an argument that is.

    *how*: what counts it, if it is a function of ours.
    """
    caller: Any = callee.f_back
    while caller.f_globals.get("__name__") in BETWEEN:
        if too_deep and caller.f_locals.get("error_site"):  # a functor is called where it is defined
            raise overflow_at(caller.f_locals["error_site"])
        caller = caller.f_back
    if how is not None and how[1] is not None:
        if too_deep:
            found = how[1](callee)
            if not isinstance(found, dict):
                raise overflow_at(found, at_site=False)
            error = overflow_at(None, at_site=False)
            error.begun = found
            raise error
        return
    if "SITES" not in caller.f_globals:
        if too_deep:
            place = place_from(caller, callee)
            raise overflow_at(place, at_site=place is None)
        return
    row, file = site_of(caller, caller.f_lasti)[0], caller.f_globals["FILE"]
    if too_deep:
        raise overflow_at((file, *row[:2]))
    if row[KIND] == CALL and row[ABOUT]:
        error = overflow_at((file, *row[ABOUT]))
        error.entered = True
        raise error


def place_from(caller: Any, callee: FrameType) -> Place:
    """The place at which a function of ours, *caller*, evaluates delayed calls, if it gives them one."""
    names = caller.f_locals
    if names.get("error_forces_deeply"):
        info = innermost(callee.f_globals.get("LAMBDAS", {}), callee.f_code.co_name)
        return None if info is None else LambdaInfo(*info).position
    place: Place = names.get("error_site")
    return None if place == HERE else place


def of_inline(frame: FrameType, rows: list[Any], excess: int) -> StackOverflow:
    """The error at one of the calls without frames, whose *rows* are given: *excess* outside of the last."""
    row = rows[min(excess, len(rows)) - 1] if rows else EMPTY
    error = overflow_at((frame.f_globals.get("FILE", ""), *row[:2]))
    error.call = row
    return error


def overflow_at(place: Place, *, at_site: bool = True) -> StackOverflow:
    """The error at a place; at none, or where whoever called it is, if that is wanted (*at_site*)."""
    error = StackOverflow()
    error.at_site = at_site
    file, line, column = place or NOWHERE
    if line:
        error.position = Position(file, line, column)
    return error


def drop_callee(traceback: TracebackType | None, profile: CodeType) -> None:
    """Take the call for which *profile* was called, and which it has not let begin, off the end."""
    last = None
    while traceback is not None and (inner := traceback.tb_next) is not None:
        if inner.tb_frame.f_code is profile and last is not None:
            last.tb_next = None
        last, traceback = traceback, inner
