"""Counting calls exactly: how often each compiled Nix function, each builtin and `//` ran.

Python itself says when one of its functions starts: `sys.monitoring` from 3.12 on, `sys.setprofile` before.
It costs a multiple of the evaluation's own time on 3.11 and is only there while a `CallCounter` is entered.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.builtins.install import code_names
from nixlite.runtime.abi import update
from nixlite.runtime.call import curry
from nixlite.runtime.values import MISSING, LambdaInfo
from nixlite.source import shown_name

if TYPE_CHECKING:
    from types import CodeType, FrameType

Place = tuple[str, int, int]

WAITING = {
    constant: given
    for given, constant in enumerate((c for c in curry.__code__.co_consts if hasattr(c, "co_code")), 1)
}
"""The codes of the closures that `curry` makes, and how many arguments each has got."""

GROW = "fold_growing.<locals>.grow"
"""The function that stands for `//` in a fold that collects attributes (`builtins.folds`)."""


class Function(NamedTuple):
    """A Nix function: its name (None for an anonymous one), where it is, how often it was called."""

    name: str | None
    place: Place
    calls: int


class Calls(NamedTuple):
    """What was counted; builtins by name. Operators that Nix has as builtins (`-`) are not among them."""

    functions: list[Function]
    builtins: dict[str, int]
    updates: int


class CallCounter:
    """A context in which the starts of Python functions are counted, by the identity of their code.

    Nix functions `a: b: …` are one Python function of several arguments (`functions.define_curried` in the
    compiler): called with fewer, it starts, and ends in `curry`, whose closure starts it again
    with one more. So these two are counted by the function that they are about and how many it has got.
    """

    def __init__(self) -> None:
        self.starts: dict[int, int] = {}
        self.codes: dict[int, tuple[CodeType, dict[str, Any]]] = {}
        self.curried: dict[tuple[int, int], int] = {}
        self.waited: dict[tuple[int, int], int] = {}
        self.running = False

    def __enter__(self) -> CallCounter:
        self.running = True
        if sys.version_info >= (3, 12):
            monitoring = sys.monitoring
            monitoring.use_tool_id(monitoring.PROFILER_ID, "nixlite")
            monitoring.register_callback(monitoring.PROFILER_ID, monitoring.events.PY_START, self.on_start)
            monitoring.restart_events()
            monitoring.set_events(monitoring.PROFILER_ID, monitoring.events.PY_START)
        else:
            sys.setprofile(self.on_event)
        return self

    def __exit__(self, *_: object) -> None:
        self.running = False
        if sys.version_info >= (3, 12):
            monitoring = sys.monitoring
            monitoring.set_events(monitoring.PROFILER_ID, 0)
            monitoring.register_callback(monitoring.PROFILER_ID, monitoring.events.PY_START, None)
            monitoring.free_tool_id(monitoring.PROFILER_ID)
        else:
            sys.setprofile(None)

    def pause(self) -> None:
        """Do not look for a while: parsing and compiling start many functions that are nobody's business.

        Before 3.12 that would make them several times slower; from then on such functions are let alone.
        """
        if sys.version_info < (3, 12):
            sys.setprofile(None)

    def resume(self) -> None:
        """Look again, if that is not over."""
        if sys.version_info < (3, 12) and self.running:
            sys.setprofile(self.on_event)

    def on_start(self, code: CodeType, offset: int) -> object:
        """A function starts; what is none of Nix's business is not told of again."""
        key = id(code)
        count = self.starts.get(key)
        if count is not None:
            self.starts[key] = count + 1
        elif not self.meet(sys._getframe(1)):
            return sys.monitoring.DISABLE  # type: ignore[attr-defined,unused-ignore]  # since Python 3.12
        return None

    def on_event(self, frame: FrameType, event: str, argument: object) -> None:
        """The same, before Python 3.12."""
        if event == "call":
            key = id(frame.f_code)
            count = self.starts.get(key)
            if count is not None:
                self.starts[key] = count + 1
            else:
                self.meet(frame)

    def meet(self, frame: FrameType) -> bool:
        """A function that has not been counted by its code alone; False if it never need be met again."""
        code, names = frame.f_code, frame.f_globals
        if code is curry.__code__ or (names is curry.__globals__ and code in WAITING):
            self.meet_curried(frame)
            return True
        module = str(names.get("__name__"))
        if "SITES" in names or module.startswith("nixlite.builtins.") or code is update.__code__:
            self.starts[id(code)] = 1
            self.codes[id(code)] = (code, names)
            return True
        self.codes[id(code)] = (code, names)  # kept, so that no other code gets its identity
        return False

    def meet_curried(self, frame: FrameType) -> None:
        """`curry` or one of its closures."""
        about = frame.f_locals
        if frame.f_code is curry.__code__:
            counts, given = self.curried, 1 + sum(about[name] is not MISSING for name in ("second", "third"))
        else:
            counts, given = self.waited, WAITING[frame.f_code]
        key = id(about["function"].__code__), given
        counts[key] = counts.get(key, 0) + 1

    def calls(self) -> Calls:
        """What was counted, by what it is in Nix."""
        functions: dict[tuple[Place, str | None], int] = {}
        builtins: dict[str, int] = {}
        primops = code_names()
        updates = 0
        for key, starts in self.starts.items():
            code, names = self.codes[key]
            if code is update.__code__ or code.co_qualname == GROW:
                updates += starts
            elif code in primops:
                name = primops[code][0]
                builtins[name] = builtins.get(name, 0) + starts
            elif "SITES" in names:
                for row, count in self.rows(key, starts):
                    info = LambdaInfo(*row)
                    functions[info.position, info.name] = functions.get((info.position, info.name), 0) + count
        rows = [Function(name, place, count) for (place, name), count in functions.items() if count]
        return Calls(sorted(rows, key=lambda row: (-row.calls, row.place)), builtins, updates)

    def rows(self, key: int, starts: int) -> list[tuple[tuple[Any, ...], int]]:
        """The lambdas that a code is, and how often each was called; none for a thunk's code."""
        code, names = self.codes[key]
        lambdas = names["LAMBDAS"]
        rows = []
        level = 0
        while (row := lambdas.get(code.co_name + level * "'")) is not None:
            rows.append((row, starts - self.elsewhere(key, level)))
            level += 1
        return rows

    def elsewhere(self, key: int, level: int) -> int:
        """The starts of a code that do not call the lambda that takes the argument *level* (from 0).

        It is not called where fewer arguments were given, nor again where it was called before.
        """
        fewer = sum(count for (code, given), count in self.curried.items() if code == key and given <= level)
        before = sum(count for (code, given), count in self.waited.items() if code == key and given > level)
        return fewer + before


def as_json(function: Function) -> dict[str, Any]:
    """A row of `functions`, with Nix's names (NIX_COUNT_CALLS); `file` is only there for a file."""
    file, line, column = function.place
    row = {"column": column, "count": function.calls, "line": line, "name": function.name}
    if not shown_name(file).startswith("«"):
        row["file"] = file
    return row
