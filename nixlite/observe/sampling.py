"""Taking samples of a running evaluation: which Python frames were there, as cheaply as can be.

A timer of processor time interrupts the program; the handler walks Python's frames and counts the stack in a
tree (`Samples`), by code object and instruction only. What they mean in Nix is found out afterwards
(`stacks.py`), so nothing is added to what runs, and deep recursion costs memory only once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

    from nixlite.host.host import Host

IGNORED, COMPILED, BUILTIN, FUNCTOR, DERIVATION, COMPILING = range(6)
"""Kinds of frames: none of Nix's business, compiled Nix code, a builtin or a helper of one, the call of a
functor, the making of the derivation that the key's detail names, the compiling of the source it names."""

BUILTINS = "nixlite.builtins."
FUNCTIONS = {
    ("nixlite.runtime.call", "call_functor"): FUNCTOR,
    ("nixlite.builtins.derivations", "named_derivation"): DERIVATION,
    ("nixlite.translator", "code_of"): COMPILING,
}
"""Python functions, by module and name (they need not be loaded), that say something."""

ROOT = 0
"""The number of the empty stack."""


Key = tuple[int, int, str]
"""What a frame is: the identity of its code, the instruction it is at (0 where only the code counts), and
what else tells it apart. A plain tuple: deep stacks have tens of thousands."""


class Known(NamedTuple):
    """A code object that was met: its kind, and the globals of a compiled one. Keeps the code alive."""

    code: CodeType
    kind: int
    names: dict[str, Any]


class Samples:
    """Stacks and how often each was met: node *n* is `keys[n]` called from node `parents[n]`.

    Parents have smaller numbers than their children; `counts[n]` are the samples of which *n* is the
    innermost frame.
    """

    def __init__(self) -> None:
        self.keys: list[Key] = [(0, 0, "")]
        self.parents: list[int] = [ROOT]
        self.counts: list[int] = [0]
        self.known: dict[int, Known] = {}
        self._children: dict[tuple[int, Key], int] = {}

    def take(self, frame: FrameType | None) -> None:
        """Count the stack whose innermost frame is *frame*."""
        stack: list[Key] = []
        while frame is not None:
            code = frame.f_code
            known = self.known.get(id(code)) or self.meet(frame)
            if known.kind == COMPILED:
                stack.append((id(code), frame.f_lasti, ""))
            elif known.kind != IGNORED:
                stack.append((id(code), 0, detail_of(frame, known.kind)))
            frame = frame.f_back
        node = ROOT
        stack.reverse()
        for key in stack:
            child = self._children.get((node, key))
            node = self.add(node, key) if child is None else child
        self.counts[node] += 1

    def add(self, parent: int, key: Key) -> int:
        """A new node."""
        node = self._children[parent, key] = len(self.keys)
        self.keys.append(key)
        self.parents.append(parent)
        self.counts.append(0)
        return node

    def meet(self, frame: FrameType) -> Known:
        """Take note of the code of a frame."""
        code = frame.f_code
        known = self.known[id(code)] = Known(code, kind_of(frame), frame.f_globals)
        return known


def kind_of(frame: FrameType) -> int:
    """What a frame is for."""
    if "SITES" in frame.f_globals:
        return COMPILED
    module = str(frame.f_globals.get("__name__"))
    return FUNCTIONS.get((module, frame.f_code.co_name)) or (
        BUILTIN if module.startswith(BUILTINS) else IGNORED
    )


def detail_of(frame: FrameType, kind: int) -> str:
    """The derivation or source that a frame is busy with."""
    if kind == DERIVATION:
        return str(frame.f_locals.get("name", ""))
    return str(frame.f_locals["source"].name) if kind == COMPILING else ""


class Profiler:
    """A context in which samples are taken, *frequency* times a second of processor time at most.

    The kernel's own clock may set a lower limit. Raises NixError where there is no such timer.
    """

    def __init__(self, frequency: int) -> None:
        import signal

        if not hasattr(signal, "setitimer"):
            raise NixError("this system has no timer for profiling")
        if frequency < 1:
            raise NixError("the profiler's frequency must be at least 1 per second")
        self.interval = 1 / frequency
        self.samples = Samples()
        self.signal = signal
        self.former: Any = None
        self.running = False

    def __enter__(self) -> Samples:
        try:
            self.former = self.signal.signal(self.signal.SIGPROF, self.on_tick)
        except ValueError:
            raise NixError("profiling needs the main thread") from None
        self.running = True
        self.signal.setitimer(self.signal.ITIMER_PROF, self.interval)
        return self.samples

    def __exit__(self, *_: object) -> None:
        self.running = False
        self.signal.setitimer(self.signal.ITIMER_PROF, 0)
        self.signal.signal(self.signal.SIGPROF, self.former)

    def on_tick(self, number: int, frame: FrameType | None) -> None:
        """Take a sample, and wind the timer up again: what looking takes is not charged to the program."""
        try:
            self.samples.take(frame)
        except RecursionError:  # there was no room left to look; the program itself may have enough
            return
        finally:
            if self.running:
                self.signal.setitimer(self.signal.ITIMER_PROF, self.interval)


def walk(samples: Samples) -> Iterator[tuple[int, Key, Known, int]]:
    """All nodes but the root, parents first: parent, key, what is known of its code, count."""
    for node in range(1, len(samples.keys)):
        key = samples.keys[node]
        yield samples.parents[node], key, samples.known[key[0]], samples.counts[node]


def open_profile(host: Host, path: str) -> None:
    """See that a profile can be written to *path*, before anything is evaluated. Raises EvalError."""
    from nixlite.host.real import fs_path, os_error

    try:
        with open(fs_path(path), "wb"):
            pass
    except OSError as error:
        raise os_error(f'opening file "{path}"', error) from None
