"""What an evaluation may use: time, steps, memory, depth, what it writes and what it fetches.

A budget belongs to an evaluator and lasts as long: what one call has used, the next one has not. When it is
used up the evaluation stops with `Exhausted`, which no program can catch, and the evaluator is spent.

Four means: a thread that looks at clock and memory (`stopping`); code that is compiled so that it counts its
steps and tells the sizes of what it makes (`Translator.is_metered`), where one of these is limited; `grow`,
which builtins call before they make something large; and `pieces`, in which writers of text collect (both in
`growth`). Without limits there is none of that but `grow`, where something is large.
"""

from __future__ import annotations

from _thread import allocate_lock, get_ident
from time import monotonic

from nixlite.errors import NO_MEMORY, Cancelled, Exhausted, StackOverflow, Stop, UsageError
from nixlite.limits.growth import CURRENT, LARGE
from nixlite.limits.memory import check_available, resident
from nixlite.limits.recursion import until_done
from nixlite.limits.stopping import SILENCE, WATCHER, raise_in, receive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.limits.growth import Spent

SAMPLED = 1 << 20
"""Bytes that may be made between two looks at the memory that is taken."""

STEP_BYTES = 64
"""So many bytes of something large that is made at once count as one step."""

NO_LIMIT = 1 << 62
"""More calls within each other than there can be."""

SAID = {
    "seconds": "it took longer than {} seconds",
    "steps": "it took more than {} steps",
    "memory": "it took more than {} bytes of memory",
    "output": "it wrote more than {} bytes of text",
    "depth": "its calls within each other were more than {}",
    "fetch_bytes": "it fetched more than {} bytes",
}
"""The limits there are, and what is said where one is reached."""


class Limits:
    """What an evaluator may use over its whole life; None, the default, for as much as it likes.

    *seconds*: of time while it evaluates (that somebody else's thread waits for it is not counted).
    *steps*: starts of functions and thunks; what is made large at once counts a step for each 64 bytes. The
    same program takes the same number of steps each time, with the same version of nixlite.
    *memory*: bytes by which the process may grow after the evaluator was made.
    *output*: bytes of text that are written: what is printed, and what `toJSON`, `toXML` and `trace` write.
    *depth*: calls within each other. *fetch_bytes*: bytes that come over the network.
    Raises ValueError for what is no number above zero.
    """

    __slots__ = tuple(SAID)

    def __init__(
        self,
        *,
        seconds: float | None = None,
        steps: int | None = None,
        memory: int | None = None,
        output: int | None = None,
        depth: int | None = None,
        fetch_bytes: int | None = None,
    ) -> None:
        self.seconds = checked("seconds", seconds, int | float)
        self.steps = checked("steps", steps, int)
        self.memory = checked("memory", memory, int)
        self.output = checked("output", output, int)
        self.depth = checked("depth", depth, int)
        self.fetch_bytes = checked("fetch_bytes", fetch_bytes, int)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Limits):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in SAID)

    __hash__ = None  # type: ignore[assignment]  # as Python has it; the stubs do not

    def __repr__(self) -> str:
        given = [f"{name}={getattr(self, name)!r}" for name in SAID if getattr(self, name) is not None]
        return f"Limits({', '.join(given)})"


def checked(name: str, value: Any, kind: Any) -> Any:
    """The *value* of a limit. Raises ValueError."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, kind) or not value > 0):
        raise ValueError(f"a limit is a number above zero, or None; {name} is {value!r}")
    return value


UNLIMITED = Limits()


class Pieces(list[str]):
    """Pieces of a text that are counted, as characters, which are bytes at least."""

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self.budget = budget

    def append(self, piece: str) -> None:
        """One more."""
        self.budget.write(len(piece))
        super().append(piece)

    def __iadd__(self, more: Any) -> Any:  # type: ignore[misc]  # `+` is not used
        for piece in more:
            self.budget.write(len(piece))
        return super().__iadd__(more)


def nothing(count: int = 1) -> None:
    """A step that is not counted."""


class Budget:
    """What an evaluator may use, and has used. `error`: what stops it, or has; `thread`: who uses it now.

    `depth`: how many calls may be within each other, where that is fewer than the settings say. `tick` is
    what compiled code calls at each step. `sent`: whether `Stop` was raised in the thread.

    Most have no limits, and can only be cancelled; a call of a Nix function takes 20 µs, of which that is to
    be nearly nothing: so `limited` is asked for first.
    """

    limits = UNLIMITED
    watched = counts_text = is_metered = False
    started = seconds = 0.0
    written = fetched = made = base = 0
    tick: Callable[[], None] = staticmethod(nothing)
    charge: Callable[[int], None] = staticmethod(nothing)
    recharge: Callable[[], None] = staticmethod(nothing)

    def __init__(self, limits: Limits | None = None) -> None:
        self.lock = allocate_lock()
        self.thread = 0
        self.sent = False
        self.error: Exhausted | Cancelled | None = None
        self.depth = NO_LIMIT
        self.limited = False
        if limits is not None and limits != UNLIMITED:
            self.limit(limits)

    def limit(self, limits: Limits) -> None:
        """There are limits, for which more has to be kept."""
        self.limits = limits
        self.limited = True
        self.base = resident() if limits.memory else 0
        if limits.memory and not self.base:
            raise UsageError("memory cannot be limited here: this system does not tell how much is taken")
        self.watched = bool(limits.seconds or limits.memory)
        self.counts_text = bool(limits.output or limits.memory or limits.steps)
        self.is_metered = bool(limits.steps or limits.memory)
        self.tick, self.charge, self.recharge = self.counter(limits.steps)

    def counter(
        self, steps: int | None
    ) -> tuple[Callable[[], None], Callable[[int], None], Callable[[], None]]:
        """A function that counts one step, one that counts several, and one that forgets all of them."""
        if steps is None:
            return nothing, nothing, nothing
        left = steps

        def tick() -> None:
            nonlocal left
            left -= 1
            if left < 0:
                self.exceed("steps")

        def charge(count: int) -> None:
            nonlocal left
            left -= count
            if left < 0:
                self.exceed("steps")

        def recharge() -> None:
            nonlocal left
            left = steps

        return tick, charge, recharge

    def renew(self, seconds: float | None) -> None:
        """Forget what was used, for another piece of work with the same evaluator, which has *seconds*.

        Thunks that were stopped are as before, so what comes next loses nothing by it. Nobody uses it now;
        the process may be a copy of one that did.
        """
        self.lock = allocate_lock()  # that of before may be held by a thread that was not copied
        self.error = None
        self.limits = Limits(**{name: getattr(self.limits, name) for name in SAID} | {"seconds": seconds})
        self.limited = self.limits != UNLIMITED
        self.watched = bool(seconds or self.limits.memory)
        self.seconds = 0.0
        self.written = self.fetched = self.made = 0
        self.base = resident() if self.limits.memory else 0
        self.recharge()

    # -- while it is used

    def spend(self, run: Callable[[Any, Any], Any], function: Any, argument: Any) -> Any:
        """`run(function, argument)`, which may use what is left. Raises Exhausted, Cancelled."""
        thread = get_ident()
        if self.thread == thread:
            return run(function, argument)
        if self.error is not None and isinstance(self.error, Exhausted):
            raise spent(self.error)
        outer = CURRENT.budget if self.limited else None
        try:
            try:
                self.thread = thread
                if self.limited:
                    self.begin()
                return run(function, argument)
            finally:
                try:
                    if self.limited:
                        self.end(outer)
                    else:
                        self.leave()
                except BaseException as interruption:
                    self.thread = 0  # nothing more comes
                    until_done(lambda: self.end(outer))
                    if not isinstance(interruption, Stop):
                        raise
        except Stop as stop:
            if self.error is None:  # somebody else's
                raise
            error: Exhausted | Cancelled = self.error
            traceback = stop.__traceback__
            if isinstance(error, Cancelled):
                self.error = None
            if error.limit == "memory":
                traceback = None  # lets go of what the frames hold
        except StackOverflow as overflow:
            if self.depth == NO_LIMIT:
                raise
            error = self.error = exhausted("depth", self.depth)
            traceback = overflow.__traceback__
        except (MemoryError, SystemError) as failure:
            if not is_exhaustion(failure):
                raise
            error = self.error = no_memory()
            traceback = None
        raise error.with_traceback(traceback)

    def begin(self) -> None:
        """This thread uses it from now on; there are limits."""
        CURRENT.budget = self
        if self.watched:
            self.started = monotonic()
            WATCHER.add(self)

    def leave(self) -> None:
        """The thread does not use it any more; what was raised in it and has not come yet never comes."""
        with self.lock:  # `cancel` holds it
            self.thread = 0
            if self.sent:
                receive()
                WATCHER.remove(self)
                self.sent = False
                SILENCE.end()

    def end(self, outer: Spent | None) -> None:
        """As `leave`, with limits; *outer* is the budget that the thread used before."""
        self.leave()
        if self.watched:
            WATCHER.remove(self)
            self.seconds += monotonic() - self.started
            self.started = monotonic()
        if self.limited:
            CURRENT.budget = outer

    def look(self) -> None:
        """See whether it is used up: called by another thread, now and again."""
        with self.lock:
            if not self.thread:
                return
            limits = self.limits
            if self.error is None:
                if limits.seconds and self.seconds + monotonic() - self.started > limits.seconds:
                    self.error = exhausted("seconds", limits.seconds)
                elif limits.memory and resident() - self.base > limits.memory:
                    self.error = exhausted("memory", limits.memory)
            if self.error is not None:
                self.send()

    def cancel(self) -> bool:
        """Stop the evaluation that runs; False if there is none. May be called by any thread."""
        with self.lock:
            if not self.thread:
                return False
            self.error = self.error or Cancelled()
            self.send()
            WATCHER.add(self)  # until it has come
        return True

    def send(self) -> None:
        """Let the evaluation be stopped; the lock is held."""
        if not self.sent:
            self.sent = True
            SILENCE.begin()
        raise_in(self.thread, Stop)

    # -- what is used

    def pieces(self) -> list[str]:
        """As `growth.pieces`."""
        return Pieces(self) if self.counts_text else []

    def exceed(self, name: str) -> None:
        """The limit *name* is reached. Raises Stop."""
        self.error = self.error or exhausted(name, getattr(self.limits, name))
        raise Stop

    def grow(self, size: int) -> None:
        """As `grow`."""
        self.charge(size // STEP_BYTES)
        memory = self.limits.memory
        if memory:
            self.made += size
            if self.made > SAMPLED:
                self.made = 0
                if size > memory or resident() - self.base + size > memory:
                    self.exceed("memory")
        if size > LARGE:
            check_available(size)

    def write(self, size: int) -> None:
        """A piece of text of *size* bytes is written."""
        self.written += size
        if self.limits.output and self.written > self.limits.output:
            self.exceed("output")
        self.grow(size)

    def fetch(self, size: int) -> None:
        """As `fetched`."""
        self.fetched += size
        if self.limits.fetch_bytes and self.fetched > self.limits.fetch_bytes:
            self.exceed("fetch_bytes")


def exhausted(name: str, allowed: float) -> Exhausted:
    """The error for a limit that is reached."""
    flag = f"--max-{name.replace('_', '-')}"
    return Exhausted(
        name,
        allowed,
        f"the evaluation was stopped: {SAID[name].format(allowed)}",
        hint=f"A larger limit is set by Limits({name}=…), or {flag} on the command line.",
    )


def no_memory() -> Exhausted:
    """The error where the system has no more."""
    return Exhausted("memory", None, NO_MEMORY)


def spent(error: Exhausted) -> Exhausted:
    """The error for whoever goes on to use an evaluator that *error* has ended."""
    hint = "Make another Evaluator."
    return Exhausted(error.limit, error.allowed, f"this evaluator is spent: {error.message}", hint=hint)


def is_exhaustion(error: Exception) -> bool:
    """Whether an error means that there was no more memory.

    Where CPython (3.11 to 3.13) cannot get memory for the frame of a Python function, it says no more than
    that a function failed and did not say why.
    """
    if isinstance(error, MemoryError):
        return True
    text = str(error)
    return "without exception set" in text or "without setting an exception" in text
