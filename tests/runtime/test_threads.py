"""Evaluating in a process that does other things too: its settings, its threads, their stacks."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from nixlite import Evaluator, NixError, Value, evaluate
from tests.runtime.small_stacks import TEXTS, of_process
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

DEEP = "let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 9000"
ENDLESS = "let f = n: 1 + f n; in f 0"
HANDLERS = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)


def settings() -> tuple[Any, ...]:
    """What is of the process and not ours."""
    handlers = [signal.getsignal(number) for number in HANDLERS]
    return sys.getrecursionlimit(), gc.get_threshold(), gc.isenabled(), sys.getprofile(), handlers


def interrupted(x: Value) -> None:
    raise KeyboardInterrupt


def failing(x: Value) -> None:
    raise LookupError("ours")


def runaway(x: Any) -> Any:
    return runaway(x)


CALLS: list[tuple[str, Callable[[Evaluator], object]]] = [
    ("a value", lambda e: e.evaluate("1")),
    ("deep", lambda e: e.evaluate(DEEP)),
    ("forced later", lambda e: e.evaluate(f"{{ a = {DEEP}; }}")["a"]),
    ("printed", lambda e: str(e.evaluate(f"[ ({DEEP}) ]"))),
    ("shown", lambda e: repr(e.evaluate(f"[ ({DEEP}) ]"))),
    ("a generator, half read", lambda e: next(iter(e.evaluate(f"[ ({DEEP}) 2 ]")))),
    ("too deep", lambda e: e.evaluate(ENDLESS)),
    ("no Nix", lambda e: e.evaluate("1 +")),
    ("thrown, forced later", lambda e: e.evaluate('{ a = throw "x"; }')["a"]),
    ("a function of the host's", lambda e: e.evaluate("x: x + 1")(1)),
    ("called back", lambda e: e.evaluate("f 1", scope={"f": lambda x: e.evaluate("2 + 2")})),
    ("an error of the host's", lambda e: e.evaluate("f 1", scope={"f": failing})),
    ("Ctrl-C", lambda e: e.evaluate("f 1", scope={"f": interrupted})),
    ("the host's own recursion", lambda e: e.evaluate("f 1", scope={"f": runaway})),
]


@pytest.mark.parametrize("call", [row[1] for row in CALLS], ids=[row[0] for row in CALLS])
def test_the_processs_settings_are_as_before(call: Callable[[Evaluator], object]) -> None:
    before = settings()
    with suppress(NixError, LookupError, KeyboardInterrupt):
        call(Evaluator())
    assert settings() == before


def test_a_limit_that_the_host_sets_meanwhile_stays() -> None:
    before = sys.getrecursionlimit()

    def change(x: Value) -> int:
        sys.setrecursionlimit(before + 77_000)
        return 1

    try:
        assert evaluate("f: f 1")(change).to_python() == 1
        assert sys.getrecursionlimit() == before + 77_000
    finally:
        sys.setrecursionlimit(before)


def test_recursion_of_the_hosts_in_a_function_that_nix_calls_is_an_error() -> None:
    """With the room that Nix has it would be a crash, where it goes through C as `sorted` does."""
    through_c = [runaway, lambda x: sorted([1], key=runaway)]
    for function in through_c:
        with pytest.raises(NixError, match="maximum recursion depth exceeded"):
            evaluate("f: f 1")(function)


def test_calls_that_go_back_and_forth_end() -> None:
    evaluator = Evaluator()

    def back(x: Value) -> Value:
        return evaluator.evaluate("f x", scope={"f": back, "x": x})

    with pytest.raises(NixError, match="stack overflow"):
        back(evaluator.evaluate("1"))
    assert evaluator.evaluate("1").to_python() == 1


def in_threads(count: int, body: Callable[[int], None], turn: float = 1e-5) -> None:
    """Run *body* in so many threads that take turns every *turn* seconds; what one raises is raised."""
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            body(number)
        except BaseException as error:
            errors.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(turn)
    try:
        threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    if errors:
        raise errors[0]


def test_threads_share_an_evaluator() -> None:
    for _ in range(20):
        evaluator = Evaluator()
        work = "let f = n: if n < 2 then n else f (n - 1) + f (n - 2); in builtins.seq (f 8)"
        values = evaluator.evaluate(f"builtins.genList (i: {work} i) 40")

        def body(number: int, values: Value = values, evaluator: Evaluator = evaluator) -> None:
            assert [value.to_python() for value in values] == list(range(40))
            assert evaluator.evaluate(f"{number} + 1").to_python() == number + 1

        in_threads(8, body)


def test_threads_have_evaluators_of_their_own() -> None:
    """Each of them deep, endless, and with names that only it has, whose order counts."""
    before = settings()

    def body(number: int) -> None:
        evaluator = Evaluator()
        assert evaluator.evaluate(DEEP).to_python() == 9000
        with pytest.raises(NixError, match="stack overflow; max-call-depth exceeded"):
            evaluator.evaluate(ENDLESS)
        program = f"{{ z{number} = throw 1; a = 1; }} == {{ a = 2; z{number} = throw 2; }}"
        with pytest.raises(NixError, match="cannot coerce an integer to a string: 1"):
            evaluator.evaluate(program)

    in_threads(64, body, 1e-3)
    assert settings() == before


LOWERED = """
import threading
from nixlite.limits.recursion import RECURSION

def down(n):
    try:
        return down(n - 1) if n else further(0)
    finally:
        left.append(n)

def further(n):
    if not n:
        deep.set()
        others.wait()
    return further(n + 1)

def body():
    RECURSION.need(20_000)
    try:
        down(40_000)
    except RecursionError:
        print(len(left))
    RECURSION.need(0)

deep, others, left = threading.Event(), threading.Event(), []
RECURSION.need(100_000)
thread = threading.Thread(target=body)
thread.start()
deep.wait()
RECURSION.need(0)
others.set()
thread.join()
"""


def test_who_is_deeper_than_he_said_goes_on_when_another_ends() -> None:
    """CPython 3.11 ended the process: what one thread needs no more may be what carries the other."""
    run = subprocess.run(
        [sys.executable, "-c", LOWERED], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (run.returncode, run.stdout) == (0, "40001\n"), run.stderr


WAITING = """
import threading
from nixlite import NixError, evaluate

def waits(x):
    inside.set()
    others.wait()

def through_c(x):
    return sorted([1], key=through_c)

def fails():
    try:
        evaluate("f: f 1")(through_c)
    except NixError as error:
        print(error.message[:70])

inside, others = threading.Event(), threading.Event()
thread = threading.Thread(target=lambda: evaluate("f: f 1")(waits))
thread.start()
inside.wait()
fails()
second = threading.Thread(target=fails)
second.start()
second.join()
others.set()
thread.join()
"""


def test_who_waits_leaves_the_others_their_limit() -> None:
    """The same as without: recursion of the host's through C is an error, and no crash."""
    run = subprocess.run(
        [sys.executable, "-c", WAITING], capture_output=True, text=True, check=False, cwd=ROOT
    )
    line = "error in the Python function 'through_c': RecursionError: maximum recu\n"
    assert (run.returncode, run.stdout) == (0, 2 * line), run.stderr


SMALL = """
import sys, threading
from nixlite import Evaluator, NixError
from tests.programs.test_deep import BIG, ENDLESS

def body():
    for name, text, printed in BIG:
        assert str(Evaluator().evaluate(text)) == printed, name
    for text, message, place in ENDLESS:
        try:
            str(Evaluator().evaluate(text))
        except NixError as error:
            assert f"error: {error.message}" == message, text
    evaluator = Evaluator()
    evaluator.evaluate("f 1", scope={"f": lambda x: sorted([1], key=lambda y: evaluator.evaluate("2"))})
    done.append(1)

done = []
threading.stack_size(int(sys.argv[1]) << 10)
thread = threading.Thread(target=body)
thread.start()
thread.join()
print(done)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="where threads have stacks of other sizes")
def test_deep_programs_in_threads_with_small_stacks() -> None:
    command = [sys.executable, "-c", SMALL, "256"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[1]\n", "")


def test_values_are_used_in_threads_with_small_stacks() -> None:
    """A part of what `python -m tests.runtime.small_stacks` does."""
    for name in ("deep JSON of sets", "deep set", "deep error", "endless list", "deep comparison"):
        text = TEXTS[name].format(1500)
        assert of_process(text, 256) == "", name
