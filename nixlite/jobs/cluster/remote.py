"""What a worker of a cluster does: tasks of Dask's, each some steps, taken by an evaluator that stays.

The evaluator is a process beside the worker: it has the main thread's stack, its memory is given back when
it has grown large, and if it goes down the worker says so and does not go with it.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.jobs.cluster.trees import unpack, unpacked
from nixlite.jobs.serving import BROKEN, DO, FOUND, FULL, LOG, NEXT, NOTES, WANTED
from nixlite.jobs.spawning import spawn
from nixlite.resources import PACKAGE
from nixlite.store.hashing import digest

if TYPE_CHECKING:
    from nixlite.jobs.spawning import Spawned

    Path = tuple[str, ...]

DIED, LARGE, TREES, OVER = "died", "large", "trees", "over"
"""Other ends of a task: its evaluator went down; it was ended for its memory; files have to be sent first;
the run is over."""

LOOK = 0.5
"""Seconds between two looks at an evaluator's memory."""

LEAST = 2
"""Evaluators that a worker keeps beyond those at work are of as many runs."""


class Order(NamedTuple):
    """What is to be evaluated.

    *recipe*: the command line as `spawning.recipe` has it. *trees*: by directory the name of the tree that is
    there, "" for what is the same on all machines. *names*: of the environment's variables. *limit*: bytes
    of memory that are allowed. *notes*: whether to note what steps depend on. *key* tells one run from
    another.
    """

    key: str
    recipe: bytes
    trees: dict[str, str]
    names: frozenset[str]
    limit: int
    notes: bool = False


class Outcome(NamedTuple):
    """What has become of steps: path, kind and what of those taken; those that were not; how it ended (a
    word of `serving` or of this module) and what there is to say of that; what was written; what steps depend
    on, and which Python and nixlite say so."""

    found: list[tuple[Path, str, Any]]
    rest: list[Path]
    end: str
    about: Any
    log: list[str]
    notes: list[Any]
    made_by: tuple[str, str]


class Evaluators:
    """The evaluators of this worker that nobody uses now, by run."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.idle: dict[str, list[Spawned]] = {}
        self.ended: set[str] = set()
        """Runs that nobody waits for any more."""

    def take(self, order: Order) -> Spawned:
        """One for a run, that of before if there is one. Raises EvalError."""
        with self.lock:
            if self.idle.get(order.key):
                return self.idle[order.key].pop()
            while len(self.idle) > LEAST:
                for old in self.idle.pop(next(iter(self.idle))):
                    old.kill()
        places = {place: name and unpacked(name) for place, name in order.trees.items()}
        data = pickle.dumps((order.recipe, places, order.names, order.notes))
        return spawn(data, "nixlite.jobs.cluster.afar")

    def put(self, order: Order, evaluator: Spawned) -> None:
        """It can be used again."""
        with self.lock:
            self.idle.setdefault(order.key, []).append(evaluator)

    def end(self, key: str) -> None:
        """No evaluator of a run is needed any more; those at work end when they are next looked at."""
        with self.lock:
            self.ended.add(key)
            for old in self.idle.pop(key, ()):
                old.kill()


EVALUATORS = Evaluators()


def end_run(key: str) -> None:
    """A run is over, done or not; what the one who hands out work lets each worker do then."""
    EVALUATORS.end(key)


def evaluate(order: Order, paths: list[Path], facts: bytes) -> Outcome:
    """Take steps; the task that the scheduler hands to a worker."""
    if order.key in EVALUATORS.ended:
        return Outcome([], paths, OVER, None, [], [], made_by())
    missing = [name for name in order.trees.values() if name and unpacked(name) is None]
    if missing:
        return Outcome([], paths, TREES, missing, [], [], made_by())
    evaluator = EVALUATORS.take(order)
    evaluator.link.end.settimeout(LOOK)
    outcome = hear(order, evaluator, paths, facts)
    if outcome.end in (NEXT, WANTED):
        EVALUATORS.put(order, evaluator)
    else:
        evaluator.kill()
        evaluator.ended()
        evaluator.link.close()
    return outcome


def hear(order: Order, evaluator: Spawned, paths: list[Path], facts: bytes) -> Outcome:
    """Let an evaluator take steps, and hear what comes of them."""
    found: list[tuple[Path, str, Any]] = []
    log: list[str] = []
    notes: list[Any] = []

    def outcome(end: str, about: Any = None) -> Outcome:
        return Outcome(found, paths[len(found) :], end, about, log, notes, made_by())

    try:
        evaluator.link.send(DO, paths, facts)
    except OSError:
        return outcome(DIED, evaluator.ended())
    while order.key not in EVALUATORS.ended:
        try:
            message = evaluator.link.read()
        except TimeoutError:
            if evaluator.resident() > order.limit:
                return outcome(LARGE)
            continue
        if message is None:
            return outcome(DIED, evaluator.ended())
        kind, *rest = message
        if kind == FOUND:
            found.append((tuple(rest[0]), rest[1], rest[2]))
        elif kind == LOG:
            log += rest
        elif kind == NOTES:
            notes += rest
        elif kind == WANTED:
            return outcome(WANTED, pickle.loads(rest[0]))
        elif kind in (NEXT, FULL, BROKEN):
            return outcome(kind, *rest)
    return outcome(OVER)


def put_tree(name: str, data: bytes) -> str:
    """Unpack a tree on the worker's machine; where it is."""
    return unpacked(name) or unpack(name, data)


@cache
def made_by() -> tuple[str, str]:
    """The Python and the nixlite of this process."""
    return sys.version, code_digest()


def code_digest() -> str:
    """What tells this nixlite from another, wherever it is installed: names and sizes of its files."""
    rows = []
    for folder, _, names in os.walk(PACKAGE):
        below = os.path.relpath(folder, PACKAGE)
        rows += [(below, name, os.path.getsize(f"{folder}/{name}")) for name in names if name.endswith(".py")]
    return digest("sha256", repr(sorted(rows)).encode()).hex()
