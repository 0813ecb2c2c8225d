"""How deep an evaluation may go: `max-call-depth`, which is counted only where that may be too deep.

Counting each call would cost more than most calls do (a call with its arithmetic takes 50 ns, a counter that
is set back 30). But no Nix call takes less than one Python frame, and Python counts its frames anyway. So its
recursion limit is set to where that many calls would be reached at the earliest. When it is hit, the calls
among the frames are counted. If they are too many, that is Nix's error. Else what was being evaluated, the
innermost thunk as a rule, is evaluated again with more room; what it had evaluated so far stays evaluated.

What counts is what C++ Nix counts (`EvalState::addCallDepth`): calls of functions and builtins, also those
that compiled code makes without a frame (`a - b` is one), comparisons, coercions, and the levels of values
that are written as JSON or XML or evaluated deeply. `overflow` has the error and its place.
"""

from __future__ import annotations

import sys
from _thread import _local

from nixlite.abi.sites import ABOUT, CALLING_BUILTIN, CONTEXT, KIND, OUTER
from nixlite.errors import StackOverflow
from nixlite.limits.recursion import RECURSION, python_depth
from nixlite.limits.tracebacks import let_go

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType, TracebackType
    from typing import Any

    from nixlite.runtime.overflow import Counted, CountedFunctions
    from nixlite.runtime.told import Told

ALONE: Counted = (None, None)
"""See `overflow.Counted`: it counts by itself, and its place is that of whoever calls it."""


MOST_FRAMES = 600_000
"""Python frames at most, whatever they are: lazy values that wait for each other need no call. (C++ Nix, with
64 MB of stack, gives up at some 50,000 of them.)"""

DEEPEST = 10_000
"""Nesting of values at which printing gives up, Nix's default `max-call-depth`."""

PER_CALL = 8
"""Frames that a call takes, and more than that, where each one is counted …"""

LAZY = 100_000
"""… and those of lazy values that wait for each other there. Other threads have the same limit meanwhile."""

ROOM = 200
"""Frames for finding out how deep it is, and for what has to be loaded for that."""

FIRST = -4
"""Frames between the start, as `python_depth` tells it, and the first call, and some for safety."""

NEAR = 32
"""With so few calls left each one is counted, for compiled code makes some without a frame."""

PER_LEVEL = 20
"""Frames that reading, compiling or printing takes for a character or a level, and more than that."""

EVERY = 16
"""Of so many frames the count is remembered for one."""

GENERATOR = 0x20
"""The flag of the code of generators, whose frames have now one frame around them, now another."""


class CallLimit:
    """One evaluation: *allowed* calls within each other; *functions* tells what stands for a call.

    `exact`: whether each call is being counted. `inlined`: the calls that `within_calls` was told of.
    `marks` has the frames of `go_deeper` that are at work, each with the number of calls outside of it;
    `known` some others, outer ones first, each with the number of calls outside of it and its own.
    """

    __slots__ = (
        "allowed",
        "bottom",
        "builtins",
        "costs",
        "counted",
        "exact",
        "functions",
        "inlined",
        "known",
        "marks",
        "overflow",
        "start",
        "told",
    )

    def __init__(
        self, allowed: int, functions: Callable[[], CountedFunctions], start: int, bottom: FrameType
    ) -> None:
        self.allowed = allowed
        self.functions = functions
        self.start = start
        self.bottom = bottom
        self.marks: list[tuple[FrameType, int]] = []
        self.costs: dict[tuple[CodeType, int], int] = {}
        self.known: dict[FrameType, int] = {}
        self.exact = False
        self.inlined = 0
        self.told: Told | None = None
        self.counted: dict[CodeType, Counted | None] = {}
        self.builtins: Callable[[], Any]
        self.overflow: Any

    def leave(self) -> None:
        """The evaluation is over: no frame is held any more, for the bottom one holds this object.

        Else what called us, and all values of its, would be there until the cyclic collector runs.
        """
        del self.bottom
        self.told = None
        self.marks.clear()
        self.known.clear()

    def prepare(self) -> None:
        """Find out which functions of ours stand for a call."""
        if not self.counted:
            from nixlite.runtime import overflow  # few evaluations are that deep

            functions = self.functions()
            self.overflow = overflow
            self.counted = dict(functions.ours)
            self.builtins = functions.builtins

    def own(self, frame: FrameType) -> int:
        """1 for the frame of a function that stands for a call, 0 for another."""
        names, code = frame.f_globals, frame.f_code
        if "SITES" in names:
            return 1 if code.co_name in names["LAMBDAS"] else 0
        try:
            how = self.counted[code]
        except KeyError:  # of a builtin that was loaded since, maybe
            how = self.counted[code] = ALONE if code in self.builtins() else None
        if how is None:
            return 0
        return 1 if how[0] is None or frame.f_back is None or frame.f_back.f_code is not how[0] else 0

    def inline(self, frame: FrameType, lasti: int) -> int:
        """The calls of builtins, made without frames, that a frame is in at instruction offset *lasti*."""
        if "SITES" not in frame.f_globals:
            return 0
        code = frame.f_code
        cost = self.costs.get((code, lasti))
        if cost is None:
            cost = self.costs[code, lasti] = len(self.inline_rows(frame, lasti))
        return cost

    def inline_rows(self, frame: FrameType, lasti: int) -> list[Any]:
        """The site rows of these calls, innermost first."""
        found: list[Any] = []
        if "SITES" not in frame.f_globals:
            return found
        row, rows = self.overflow.site_of(frame, lasti)
        while row[OUTER]:
            row = rows[row[OUTER]]
            if row[KIND] == CONTEXT and row[ABOUT].startswith(CALLING_BUILTIN):
                found.append(row)
        return found

    def calls_outside(self, frame: FrameType | None) -> int:
        """The calls that *frame* and those outside of it stand for.

        As long as a frame is there, nothing outside of it changes: what was counted is remembered, or a deep
        evaluation that is stopped again and again would count the same frames again and again.
        """
        mark, calls = self.marks[-1] if self.marks else (self.bottom, 0)
        known, passed = self.known, []
        while frame is not None and frame is not mark and frame not in known:
            passed.append(frame)
            frame = frame.f_back
        if frame is None or frame is mark:
            known.clear()
        else:
            calls = known[frame] + self.inline(frame, frame.f_lasti)
            while next(reversed(known)) is not frame:
                known.popitem()  # it has returned
        for number, each in enumerate(reversed(passed)):
            calls += self.own(each)
            if number % EVERY == 0 and not each.f_code.co_flags & GENERATOR:
                known[each] = calls
            calls += self.inline(each, each.f_lasti)
        return calls

    def calls_inside(self, calls: int, traceback: TracebackType | None) -> int:
        """The calls of *traceback* and the *calls* outside of it; StackOverflow if these are too many."""
        last = traceback
        while traceback is not None:
            frame, most = traceback.tb_frame, self.allowed + 1
            calls += self.own(frame)
            if calls > most:
                if last is not None:
                    last.tb_next = None
                raise StackOverflow
            calls += self.inline(frame, traceback.tb_lasti)
            if calls > most:
                traceback.tb_next = None
                rows = self.inline_rows(frame, traceback.tb_lasti)
                raise self.overflow.of_inline(frame, rows, calls - most)
            last, traceback = traceback, traceback.tb_next
        return calls

    def counting(self, calls: int) -> Callable[[FrameType, str, Any], None]:
        """A profile function that counts each call from here on, where there are *calls* already.

        Nix makes a call that is an argument, `f (n - 1)`, inside of *f*: see `compiler.functions.note_eager`.
        """
        entered = [calls]
        own, inline, allowed = self.own, self.inline, self.allowed

        def profile(frame: FrameType, event: str, _: Any) -> None:
            if event == "call":
                caller: Any = frame.f_back
                mine = own(frame)
                depth = entered[-1] + inline(caller, caller.f_lasti) + mine
                if depth > allowed:
                    self.check(frame, depth, mine)
                entered.append(depth)
            elif event == "return" and len(entered) > 1:
                entered.pop()

        return profile

    def check(self, callee: FrameType, depth: int, mine: int) -> None:
        """Raise StackOverflow if what is called now is too deep: call *depth*, or none (*mine* is 0).

        It appears in the traceback, but in Nix's trace only where it is an argument that is too deep, whose
        call Nix makes within it: `counted` sees to that.
        """
        most = self.allowed + 1
        caller: Any = callee.f_back
        if depth - mine > most:  # it is one of the calls without frames that the caller is in
            rows = self.inline_rows(caller, caller.f_lasti)
            raise self.overflow.of_inline(caller, rows, depth - mine - most)
        if mine:
            self.overflow.check_call(callee, self.counted.get(callee.f_code), depth > most)


def is_exact() -> bool:
    """Whether each call is counted now, so that nothing may be left out."""
    return RUNNING.watch is not None and RUNNING.watch.exact


def tell_once(text: str, write: Callable[[], None]) -> None:
    """Tell a message of the program's by *write*, unless it was told before this part was begun again."""
    watch = RUNNING.watch
    if watch is None:
        write()
        return
    if watch.told is None:
        from nixlite.runtime.told import Told  # few programs tell anything

        watch.told = Told(watch.bottom)
    watch.told.tell(text, write, sys._getframe(1))


def nesting_limit(allowed: int) -> int:
    """How deep what goes through a value may go by its own count: *allowed*, but as deep as anything where
    calls are counted, for its levels are some of these."""
    return allowed if RUNNING.watch is None else MOST_FRAMES


class Running(_local):
    """The evaluation that runs in a thread. Not of an evaluator: two may be within each other."""

    watch: CallLimit | None = None


RUNNING = Running()


def within_calls(run: Callable[[Any], Any], argument: Any, calls: int) -> Any:
    """`run(argument)`, which compiled code has cut out of an expression inside of so many *calls* in it.

    Without frames of their own these would not be noticed: `1 - (1 - (1 - …` takes a frame for every forty.
    """
    running = RUNNING.watch
    if running is None:
        return run(argument)
    running.inlined += calls
    if running.inlined > running.allowed:
        running.inlined -= calls
        raise StackOverflow
    try:
        return run(argument)
    finally:
        running.inlined -= calls


def watched(
    allowed: int,
    functions: Callable[[], CountedFunctions],
    exact: bool,
    run: Callable[[Any], Any],
    argument: Any,
) -> Any:
    """`run(argument)`, in which *allowed* calls within each other may be made; else StackOverflow.

    *functions* tells what stands for a call, once the evaluation is deep enough for that to matter. *exact*:
    each call is counted, which takes several times as long.
    """
    outer, limit = RUNNING.watch, RECURSION.own()
    start = python_depth()
    watch = CallLimit(allowed, functions, start, sys._getframe(0))
    try:
        RUNNING.watch = watch
        if exact:
            return counted(watch, 0, run, argument)
        RECURSION.need(start + min(allowed + FIRST, MOST_FRAMES))
        try:
            return run(argument)
        except RecursionError as error:
            trapped = error
        return go_deeper(run, argument, trapped)
    finally:
        try:
            RECURSION.need(limit)
        except BaseException:  # an interrupt that came in between
            RECURSION.need(limit)
            raise
        finally:
            RUNNING.watch = outer
            watch.leave()


def counted(watch: CallLimit, calls: int, run: Callable[[Any], Any], argument: Any) -> Any:
    """`run(argument)` with each call counted; there are *calls* around it already."""
    watch.prepare()
    previous = sys.getprofile()
    left = PER_CALL * max(watch.allowed - calls, 0) + LAZY
    RECURSION.need(min(python_depth() + left, watch.start + MOST_FRAMES))
    watch.exact = True
    profile: Any = watch.counting(calls)
    sys.setprofile(profile)
    try:
        return run(argument)
    except StackOverflow as error:
        if not error.entered:
            watch.overflow.drop_callee(error.__traceback__, profile.__code__)
        raise
    finally:
        sys.setprofile(previous)
        watch.exact = False


def with_all_room(make: Callable[[], Any], size: int) -> Any:
    """What *make*, which evaluates nothing, gives; it goes through what is *size* deep at most.

    Other threads have the same limit meanwhile, and what is endless there takes as many frames: no more room
    than may be needed.
    """
    limit = RECURSION.own()
    needed = min(python_depth() + ROOM + PER_LEVEL * size, 2 * MOST_FRAMES)
    if sys.getrecursionlimit() < needed:
        RECURSION.need(needed)
    try:
        return make()
    finally:
        RECURSION.need(limit)


def go_deeper(run: Callable[[Any], Any], argument: Any, trapped: RecursionError) -> Any:
    """`run(argument)`, which Python's recursion limit has stopped, with more room.

    To be called by the function that caught the error. Raises StackOverflow if there are too many calls.
    """
    limit, own, watch = sys.getrecursionlimit(), RECURSION.own(), RUNNING.watch
    RECURSION.need(limit + ROOM)
    try:
        if watch is None or watch.exact or limit - watch.start > MOST_FRAMES:
            raise StackOverflow().with_traceback(trapped.__traceback__)
        watch.prepare()
        outside = watch.calls_outside(sys._getframe(1))
        room = limit + 1  # one more for this frame of ours
        while True:
            traceback = trapped.__traceback__
            assert traceback is not None
            try:
                calls = watch.calls_inside(outside, traceback.tb_next)
            except StackOverflow as error:
                raise error.with_traceback(traceback) from None
            let_go(traceback)
            trapped.__traceback__ = trapped.__context__ = traceback = None
            if watch.told is not None:
                watch.told.begin_again(argument if getattr(run, "__name__", "") == "force" else None)
            if watch.allowed - calls < NEAR:
                return counted(watch, outside, run, argument)
            room += watch.allowed - calls
            watch.marks.append((sys._getframe(0), outside))
            RECURSION.need(room)
            try:
                return run(argument)
            except RecursionError as error:
                trapped = error
            finally:
                watch.marks.pop()
            RECURSION.need(room + ROOM)
    finally:
        RECURSION.need(own)
