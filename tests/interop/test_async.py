"""`await`: evaluations in threads of their own, and cancelling them."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import time
from typing import Any

import pytest

import nixlite

FOREVER = "let f = n: if n < 2 then n else f (n - 1) + f (n - 2); in f 60"


def test_values_and_errors_arrive() -> None:
    async def main() -> list[Any]:
        value = await nixlite.evaluate_async("{ n }: { a = n + m; }", args={"n": 1}, scope={"m": 2})
        return [await nixlite.run_async(value.to_python), threading.active_count()]

    assert asyncio.run(main())[0] == {"a": 3}
    with pytest.raises(nixlite.NixError, match="no") as caught:
        asyncio.run(nixlite.evaluate_async('throw "no"'))
    assert "at «string»:1:1:" in caught.value.render()
    with pytest.raises(ZeroDivisionError):
        asyncio.run(nixlite.run_async(lambda: 1 // 0))
    with pytest.raises(RuntimeError, match="the function raised StopIteration"):
        asyncio.run(nixlite.run_async(next, iter([])))
    with pytest.raises(SystemExit):
        asyncio.run(nixlite.run_async(exit_at_once))


def exit_at_once() -> None:
    raise SystemExit(3)


def test_the_loop_goes_on_meanwhile() -> None:
    async def main() -> int:
        task = asyncio.create_task(nixlite.evaluate_async(FOREVER))
        turns = 0
        for _ in range(10):
            await asyncio.sleep(0.01)
            turns += 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return turns

    assert asyncio.run(main()) == 10


def nixlite_threads() -> int:
    return sum(thread.name == "nixlite" for thread in threading.enumerate())


@pytest.mark.parametrize("wait", [0.0, 0.001, 0.05, 0.2])
def test_cancelling_ends_the_evaluation(wait: float) -> None:
    evaluator = nixlite.Evaluator(host=nixlite.MemoryHost())
    value = evaluator.evaluate(f"{{ slow = {FOREVER}; quick = 1 + 1; }}")

    async def main() -> float:
        task = asyncio.create_task(nixlite.run_async(lambda: value["slow"]))
        await asyncio.sleep(wait)
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - began

    for _ in range(5):
        limit = sys.getrecursionlimit()
        assert asyncio.run(main()) < 2
        assert sys.getrecursionlimit() == limit
        assert nixlite_threads() == 0
        assert value["quick"] == 2
    assert evaluator.evaluate("builtins.foldl' builtins.add 0 [ 1 2 3 ]") == 6


def test_a_timeout_and_a_second_cancellation() -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(nixlite.evaluate_async(FOREVER), 0.05)
        slow = threading.Event()

        def stubborn() -> None:
            while not slow.is_set():
                try:
                    time.sleep(0.01)
                except BaseException:
                    slow.set()
                    time.sleep(0.1)
                    raise

        task = asyncio.create_task(nixlite.run_async(stubborn))
        await asyncio.sleep(0.03)
        task.cancel()
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert slow.is_set()
        assert nixlite_threads() == 0

    asyncio.run(main())


def test_what_is_done_when_it_is_cancelled_leaves_nothing_behind() -> None:
    """The exception that is to stop a thread may come late, or never: in 300 tries it hits every step."""

    async def main() -> None:
        for n in range(300):
            task = asyncio.create_task(nixlite.run_async(sum, range(n * 3)))
            await asyncio.sleep(0)
            if n % 3:
                await asyncio.sleep(n / 1_000_000)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):  # unless it was done before
                assert await task == sum(range(n * 3))
            assert nixlite_threads() == 0

    asyncio.run(main())


def test_nothing_is_left_as_it_was_in_between() -> None:
    """Limits and flags that an evaluation sets and sets back: cancelled at 20 moments of short evaluations."""
    evaluator = nixlite.Evaluator(host=nixlite.MemoryHost())
    program = evaluator.evaluate("n: let f = n: if n == 0 then 0 else 1 + f (n - 1); in f n")
    limit = sys.getrecursionlimit()

    def work() -> None:
        while True:
            program(3)

    async def main(n: int) -> None:
        task = asyncio.create_task(nixlite.run_async(work))
        await asyncio.sleep(n / 10_000)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    for n in range(20):
        asyncio.run(main(n))
        assert sys.getrecursionlimit() == limit
        assert not evaluator.engine._owner
    assert program(9000) == 9000
    with pytest.raises(nixlite.NixError, match="stack overflow"):
        program(11000)


def test_python_functions_are_stopped_as_well() -> None:
    started = threading.Event()

    def waiting(x: Any) -> None:
        started.set()
        while True:
            time.sleep(0.001)

    async def main() -> None:
        call = nixlite.evaluate("f: builtins.tryEval (f 1)")
        task = asyncio.create_task(nixlite.run_async(call, waiting))
        while not started.is_set():
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
