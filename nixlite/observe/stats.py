"""Counters and times of one evaluation, as `NIX_SHOW_STATS` has them, and more of nixlite's own.

Keys that Nix has too have its meaning:

* `cpuTime` and `time`: seconds of processor time since the process began, and those of Python's cyclic
  collector while the evaluation ran. Counting calls takes time, which is in `run` and so in `cpu`;
* `gc.cycles`: runs of that collector;
* `nrFunctionCalls`: calls of Nix functions, one for each argument of `a: b: …`. The few that nixlite knows
  how to do without (an identity function in `genList` under `foldl'`, say) did not take place;
* `nrPrimOpCalls`: calls of builtins, but for those that compiled code contains itself. Nix has `-`, `*`, `/`
  and comparisons as builtins and counts them; here they are Python's;
* `functions`, `primops` (with `NIX_COUNT_CALLS` or `--profile-calls`): calls of each.

What Nix also counts (thunks, environments, values, look-ups, and their bytes) are Python objects or parts of
Python functions here; nobody could count them without making other code than is normally run, so they are
left out. So is `nrOpUpdates`, which is one more than the uses of `//` for each chain of them in Nix 2.34.8:
`nixlite.updates` is their number. `nixlite` holds what Nix has no word for, see `Statistics.own`.
"""

from __future__ import annotations

import gc
import sys
from time import process_time
from typing import TYPE_CHECKING, Any

from nixlite.host.guarded import innermost
from nixlite.observe.counting import CallCounter, as_json
from nixlite.observe.progress import peak_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.cache.code import Code
    from nixlite.evaluator import Evaluator
    from nixlite.source import Source
    from nixlite.translator import Compiled


class Statistics:
    """A context in which the work of an evaluator is counted; `text` tells the result afterwards.

    The evaluator's own methods are wrapped for that: it is not to be used for anything else.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.counter = CallCounter()
        self.seconds = dict.fromkeys(("parse", "compile", "load", "store", "collect"), 0.0)
        self.times = dict.fromkeys(("parse", "compile", "load", "store", "piece", "again"), 0)
        self.found = 0
        self.began = self.ended = 0.0
        self.collections = 0
        self.pieces: list[Any] = []
        self._collecting = 0.0

    def __enter__(self) -> Statistics:
        evaluator: Any = self.evaluator
        evaluator.parse = self.timed("parse", evaluator.parse)
        evaluator.compile = self.timed("compile", evaluator.compile)
        evaluator.code_of = self.watched(evaluator.code_of)
        cache: Any = evaluator.cache
        if cache is not None:
            cache.load = self.finding(self.timed("load", cache.load))
            cache.store = self.timed("store", cache.store)
        self.collections = collections()
        gc.callbacks.append(self.on_collection)
        self.began = process_time()
        self.counter.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.counter.__exit__()
        self.ended = process_time()
        gc.callbacks.remove(self.on_collection)

    # -- wrapping

    def timed(self, what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """*function*, its calls counted and its processor time added up."""

        def run(*given: Any) -> Any:
            return self.clocked(what, what, function, *given)

        return run

    def clocked(self, counter: str, clock: str, function: Callable[..., Any], *given: Any) -> Any:
        """`function(*given)`, counted, its processor time added up; calls within it are not counted."""
        self.counter.pause()
        start = process_time()
        try:
            return function(*given)
        finally:
            self.seconds[clock] += process_time() - start
            self.times[counter] += 1
            self.counter.resume()

    def finding(self, load: Callable[[str], Code | None]) -> Callable[[str], Code | None]:
        """The cache's `load`, counting what it finds."""

        def run(key: str) -> Code | None:
            code = load(key)
            self.found += code is not None
            return code

        return run

    def watched(self, code_of: Callable[..., Compiled]) -> Callable[..., Compiled]:
        """`code_of`, taking note of the pieces that a big source has: they are compiled when needed."""

        def run(source: Source, names: tuple[str, ...]) -> Compiled:
            compiled = code_of(source, names)
            pieces = compiled.pieces
            if pieces is not None:
                make = pieces.make
                pieces.make = lambda: self.timed_piece(self.clocked("again", "compile", make))
                self.pieces.append(pieces)
            return compiled

        return run

    def timed_piece(self, compile_piece: Callable[[int], Code]) -> Callable[[int], Code]:
        """What compiles pieces, counting them; their time is time to compile."""

        def run(number: int) -> Code:
            code: Code = self.clocked("piece", "compile", compile_piece, number)
            return code

        return run

    def on_collection(self, phase: str, info: dict[str, int]) -> None:
        """Python's collector begins or ends."""
        if phase == "start":
            self._collecting = process_time()
        else:
            self.seconds["collect"] += process_time() - self._collecting

    # -- telling

    def text(self, *, each: bool) -> str:
        """The counters as JSON, keys in order as Nix prints them; *each*: of each function, too."""
        import json

        return json.dumps(self.data(each=each), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    def data(self, *, each: bool) -> dict[str, Any]:
        """The counters."""
        calls = self.counter.calls()
        collecting = self.seconds["collect"]
        data: dict[str, Any] = {
            "cpuTime": self.ended,
            "gc": {"cycles": collections() - self.collections},
            "nixlite": {**self.own(), "updates": calls.updates},
            "nrFunctionCalls": sum(function.calls for function in calls.functions),
            "nrPrimOpCalls": sum(calls.builtins.values()),
            "time": {"cpu": self.ended, "gc": collecting, "gcFraction": collecting / self.ended},
        }
        if each:
            data["functions"] = [as_json(function) for function in calls.functions]
            data["primops"] = calls.builtins
        return data

    def own(self) -> dict[str, Any]:
        """What nixlite has to say of itself.

        `files`: how many were read as sources, and their characters. `sources` (files and other texts): how
        many were compiled, and taken from the cache; `pieces` of big ones likewise. `memory.peak`: bytes of
        the process. `resultCache`: why there was no answer of before. `time`: seconds of processor time to
        start, parse, compile (analysis, lowering and Python's compiler), load from and store to the cache,
        and the rest, in which programs run. `collections`: how often Python's cyclic collector has run, and
        the seconds of processor time that it took, which are part of the others.
        """
        sources = [source for source in self.evaluator.sources.values() if source.path is not None]
        pieces = sum(len(each.codes) for each in self.pieces)
        seconds = {name: self.seconds[name] for name in ("parse", "compile", "load", "store")}
        spent = self.ended - self.began
        cycles = collections() - self.collections
        own: dict[str, Any] = {
            "collections": {"number": cycles, "seconds": self.seconds["collect"]},
            "files": {"characters": sum(len(source.text) for source in sources), "number": len(sources)},
            "pieces": {"compiled": self.times["piece"], "fromCache": pieces - self.times["piece"]},
            "python": ".".join(map(str, sys.version_info[:3])),
            "sources": {"compiled": self.times["compile"], "fromCache": self.found},
            "time": {"start": self.began, **seconds, "run": spent - sum(seconds.values())},
        }
        unanswered = innermost(self.evaluator.state.host).unanswered
        if unanswered:
            own["resultCache"] = f"no answer: {unanswered}"
        peak = peak_memory()
        return {**own, "memory": {"peak": peak}} if peak else own


def collections() -> int:
    """How often Python's cyclic collector has run."""
    return sum(int(generation["collections"]) for generation in gc.get_stats())
