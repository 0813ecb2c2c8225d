"""Threads in one process that stop each other, and interrupts between any two steps: nothing is left behind."""

from __future__ import annotations

import ctypes
import gc
import importlib
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from nixlite.errors import Stop
from nixlite.limits.recursion import RecursionRoom
from nixlite.limits.stopping import raise_in
from nixlite.runtime import collecting
from nixlite.runtime.collecting import Policy
from nixlite.traces.reading import TraceReader
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_crowd() -> None:
    """A part of what `python -m tests.runtime.crowd` does."""
    command = [sys.executable, "-m", "tests.runtime.crowd", "--number", "60", "--threads", "6"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


FAILING = """
import threading
import traceback
from nixlite import NixError, evaluate

def ours(x):
    raise LookupError("ours")

def runaway(x):
    return runaway(x)

def body():
    for function in (ours, runaway):
        try:
            evaluate("f: let g = n: if n == 0 then f 1 else 1 + g (n - 1); in g 9000")(function)
        except NixError as error:
            told.append("".join(traceback.format_exception(error)))

told = []
threading.stack_size(256 << 10)
thread = threading.Thread(target=body)
thread.start()
thread.join()
for text in told:
    print("in ours" in text, "in runaway" in text, len(text) < 10_000)
"""


def test_errors_from_deep_within_are_freed_where_the_stack_is_small() -> None:
    """Python 3.13 frees ten thousand frames within each other: a crash. Where the error came from is told."""
    command = [sys.executable, "-c", FAILING]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert (done.returncode, done.stdout) == (0, "True False True\nFalse True True\n"), done.stderr


class Waiting:
    """A finder of modules that takes its time: what looks for one stands within Python's own import."""

    def __init__(self) -> None:
        self.asked, self.answer = threading.Event(), threading.Event()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name == "no_module_of_that_name":
            self.asked.set()
            self.answer.wait()


def test_nobody_is_stopped_within_an_import(monkeypatch: pytest.MonkeyPatch) -> None:
    """It might have the lock that all imports want, and nobody would ever give that back."""
    assert ctypes.pythonapi  # is loaded: while the finder waits nobody can load anything
    finder, ended = Waiting(), []
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])

    def body() -> None:
        try:
            with pytest.raises(ImportError):
                importlib.import_module("no_module_of_that_name")
            while True:
                pass
        except Stop:
            ended.append("stopped")

    thread = threading.Thread(target=body)
    thread.start()
    finder.asked.wait()
    assert not raise_in(thread.ident or 0, Stop)
    finder.answer.set()
    while thread.is_alive():
        raise_in(thread.ident or 0, Stop)
        thread.join(0.01)
    assert ended == ["stopped"]


def interrupting(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> Callable[[], None]:
    """Let an interrupt come after the next call of *module*.*name*; what lets it be as before."""
    function, pending = getattr(module, name), [True]

    def once(*arguments: Any) -> None:
        function(*arguments)
        if pending:
            pending.clear()
            raise KeyboardInterrupt

    monkeypatch.setattr(module, name, once)
    return lambda: monkeypatch.setattr(module, name, function)


def test_an_interrupt_when_the_recursion_limit_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not taken for a limit that the host has set meanwhile."""
    before = sys.getrecursionlimit()
    for steps in ([before + 5_000, 0], [before + 5_000, before + 9_000, before + 2_000, 0]):
        for at in range(len(steps)):
            room = RecursionRoom()
            for number, limit in enumerate(steps):
                if number == at:
                    undo = interrupting(monkeypatch, sys, "setrecursionlimit")
                    with pytest.raises(KeyboardInterrupt):
                        room.need(limit)
                    undo()
                room.need(limit)
            assert (sys.getrecursionlimit(), room.needs) == (before, {})


def test_an_interrupt_when_the_collector_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    before = gc.get_threshold()
    policy, who = Policy(), object()
    undo = interrupting(monkeypatch, collecting.gc, "set_threshold")
    with pytest.raises(KeyboardInterrupt):
        policy.begin(who)
    undo()
    policy.end(who)
    assert gc.get_threshold() == before


def test_what_is_stopped_before_it_has_come_to_what_its_frame_tells() -> None:
    def about(names: dict[str, Any]) -> str:
        return f"while evaluating attribute '{names['name']}'"

    reader = TraceReader({}, {})
    reader.read_context({"error_context": about})
    reader.read_context({"error_context": about, "name": "a"})
    assert [frame.text for frame in reader.frames] == ["while evaluating attribute 'a'"]
