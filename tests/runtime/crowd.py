"""Many threads that evaluate at once, in one process: `python -m tests.runtime.crowd --number 500 --seed 1`.

Some have a small C stack, some a limit of time that runs out, some share an evaluator, some are tasks that are
cancelled at any moment; what they evaluate is endless, deep, or calls functions of the host's that never come
back. Each answer is known beforehand. At the end nothing may be left of all that: the process's settings are
as before, nobody counts as evaluating, and any thread can import a module.
"""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
import gc
import random
import sys
import threading
import traceback
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any

from nixlite import Evaluator, Limits, NixError, Settings, Value, run_async
from nixlite.errors import Exhausted
from nixlite.limits.recursion import RECURSION
from nixlite.runtime.collecting import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

ENDLESS = (
    "let f = n: 1 + f n; in f 0",
    "let f = n: builtins.sort (a: b: f 1) [ 1 2 ]; in f 0",
    "let f = n: [ 1 (f 1) ] == [ 1 (f 2) ]; in f 0",
    "let s = { __toString = self: toString self; }; in toString s",
    "let f = n: builtins.toJSON { a = f 1; }; in f 0",
    "let x = { a = x; }; in builtins.toJSON x",
    "let f = n: builtins.toXML [ (f 1) ]; in f 0",
    "let f = n: builtins.deepSeq { a = f 1; } 1; in f 0",
)
DEEP = "let f = n: if n == 0 then 0 else 1 + f (n - 1); in f {}"
CALLING = "let f = n: if n == 0 then g 1 else 1 + f (n - 1); in f {}"
GROWING = "let f = n: if n == 0 then throw [ ] else builtins.seq (builtins.genList (i: i) 1000) (f (n - 1)); in f 500"
VALUE = (
    "{ deep = let f = n: if n == 0 then 0 else 1 + f (n - 1); in f %d; parts = builtins.genList (n: n) %d;"
    "  add = x: x + %d; wrong = throw ''no''; }"
)
LIMITS = (
    Limits(seconds=0.02),
    Limits(seconds=0.2),
    Limits(seconds=5),
    Limits(steps=30_000),
    Limits(depth=2_000),
    Limits(memory=4 << 30, seconds=5),
)
LONG = "builtins.foldl' builtins.add 0 (builtins.genList (n: n) 300000)"
DEPTHS = (10_000, 10_000, 20_000, 3_000, 7_000)
STACKS = (0, 0, 0, 256 << 10, 512 << 10)
"""Bytes of C stack of the threads, by turns; 0: as the system has it."""


def runaway(x: Any) -> Any:
    return runaway(x)


def failing(x: Any) -> Any:
    raise LookupError("ours")


def refused(work: Callable[[], object]) -> None:
    """*work* ends in an error of Nix's."""
    try:
        work()
    except NixError:
        return
    raise AssertionError("there was no error")


def one(chance: random.Random, shared: Evaluator, values: list[tuple[Value, int]]) -> None:
    """One evaluation of a kind."""
    settings = Settings()
    settings.max_call_depth = chance.choice(DEPTHS)
    kind, depth = chance.randrange(11), chance.randrange(10, 2_900)
    limits = chance.choice(LIMITS) if chance.random() < 0.5 else None
    evaluator = shared if chance.random() < 0.2 else Evaluator(settings, limits=limits)
    try:
        if kind < 2:
            refused(lambda: evaluator.evaluate(chance.choice(ENDLESS)))
        elif kind < 4:
            assert evaluator.evaluate(DEEP.format(depth)).to_python() == depth
        elif kind == 4:
            refused(lambda: evaluator.evaluate(CALLING.format(depth), scope={"g": runaway}))
        elif kind == 5:
            refused(lambda: evaluator.evaluate(CALLING.format(depth), scope={"g": failing}))
        elif kind == 6:
            scope = {"g": lambda x: evaluator.evaluate(DEEP.format(100))}
            assert evaluator.evaluate(CALLING.format(100), scope=scope).to_python() == 200
        elif kind == 7:
            value, number = chance.choice(values)
            assert value["deep"].to_python() == number
            assert [part.to_python() for part in value["parts"]] == list(range(number % 50))
            assert value["add"](1).to_python() == number + 1
            refused(lambda: value["wrong"])
        elif kind == 8:
            refused(lambda: evaluator.evaluate(GROWING))
        elif kind == 9:
            with evaluator if evaluator is not shared else nullcontext():
                assert evaluator.evaluate(LONG).to_python() == 44999850000
        else:
            assert str(evaluator.evaluate("{ a = 1; b = [ 1 2 ]; }")) == "{ a = 1; b = [ 1 2 ]; }"
    except Exhausted:
        assert limits is not None


class Crowd:
    """`number` evaluations, by all threads together; `wrong`: what they did not do as they should."""

    def __init__(self, number: int, seed: int) -> None:
        self.seed = seed
        self.tickets = iter(range(number))
        self.shared = Evaluator()
        chance, evaluators = random.Random(seed), [Evaluator() for _ in range(3)]
        self.values: list[tuple[Value, int]] = []
        for at in range(300):
            number = chance.randrange(10, 2_900)
            text = VALUE % (number, number % 50, number)
            self.values.append((evaluators[at % 3].evaluate(text), number))
        self.wrong: list[str] = []

    def work(self, number: int) -> None:
        """A thread's body."""
        chance = random.Random(self.seed * 1000 + number)
        for _ in self.tickets:
            self.checked(lambda: one(chance, self.shared, self.values))

    def checked(self, work: Callable[[], object]) -> None:
        """Write down what *work* raises."""
        try:
            work()
        except BaseException as error:
            self.wrong.append("".join(traceback.format_exception(error))[-2000:])

    async def task(self, number: int) -> None:
        """Evaluations that are cancelled at some moment."""
        chance = random.Random(self.seed * 1000 + 500 + number)
        for _ in self.tickets:
            task = asyncio.ensure_future(run_async(Evaluator().evaluate, chance.choice((*ENDLESS, LONG))))
            await asyncio.sleep(chance.random() / 5)
            task.cancel()
            try:
                with suppress(asyncio.CancelledError, NixError):
                    await task
            except BaseException as error:
                self.wrong.append(repr(error))

    def tasks(self) -> None:
        """A thread's body: an event loop."""

        async def all_of_them() -> None:
            await asyncio.gather(*[self.task(number) for number in range(3)])

        self.checked(lambda: asyncio.run(all_of_them()))

    def run(self, threads: int) -> list[str]:
        """Let them go; what went wrong."""
        before, interval = self.settings(), sys.getswitchinterval()
        sys.setswitchinterval(1e-4)
        crowd = []
        for number in range(threads):
            threading.stack_size(STACKS[number % len(STACKS)])
            crowd.append(threading.Thread(target=self.work, args=(number,)))
            crowd[-1].start()
        threading.stack_size(0)
        crowd.append(threading.Thread(target=self.tasks))
        crowd[-1].start()
        for thread in crowd:
            thread.join()
        sys.setswitchinterval(interval)
        if self.settings() != before:
            self.wrong.append(f"the process's settings were {before}, and are {self.settings()}")
        if RECURSION.needs or POLICY.evaluating:
            self.wrong.append(f"left behind: {RECURSION.needs}, {POLICY.evaluating}")
        importing = threading.Thread(target=lambda: __import__("this_is_no_module"), daemon=True)
        threading.excepthook = lambda _: None
        importing.start()
        importing.join(60)
        if importing.is_alive():
            self.wrong.append("nobody can import anything any more")
        return self.wrong

    def settings(self) -> tuple[Any, ...]:
        """What is of the process."""
        return sys.getrecursionlimit(), gc.get_threshold(), threading.stack_size(), sys.unraisablehook


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--number", type=int, default=500, metavar="N", help="evaluations (500)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the random choices (1)")
    parser.add_argument("--threads", type=int, default=10, metavar="N", help="beside the event loop's (10)")
    options = parser.parse_args()
    faulthandler.enable()
    wrong = Crowd(options.number, options.seed).run(options.threads)
    for text in wrong:
        print(text)
    print(f"Python {sys.version.split()[0]}, seed {options.seed}: {len(wrong)} of {options.number} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
