"""What only a browser needs, tried with this Python's signals: stopping, the clock without threads."""

from __future__ import annotations

import json
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from nixlite.playground.bridge import interrupting
from nixlite.playground.bridge.wire import Wire
from tests.playground.test_bridge import ENDLESS

if TYPE_CHECKING:
    from collections.abc import Iterator

QUESTION = json.dumps({"do": "evaluate", "main": "a.nix", "files": {"a.nix": ENDLESS}})


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = Wire()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGUSR1)}
    signal.signal(signal.SIGINT, made.clock.interrupt)
    signal.signal(signal.SIGUSR1, made.clock.tick)
    yield made
    for number, handler in before.items():
        signal.signal(number, handler)


def later(seconds: float, number: int, times: int = 1) -> threading.Thread:
    """Send this process a signal, as the page does."""

    def send() -> None:
        for _ in range(times):
            time.sleep(seconds)
            signal.pthread_kill(threading.main_thread().ident or 0, number)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


def test_stop_ends_an_evaluation_and_the_next_one_goes_on(wire: Wire) -> None:
    thread = later(0.3, signal.SIGINT)
    began = time.monotonic()
    answer = json.loads(wire.handle(QUESTION))
    thread.join()
    assert answer["stopped"] == "stopped"
    assert time.monotonic() - began < 10
    again = json.loads(
        wire.handle(json.dumps({"do": "evaluate", "main": "a.nix", "files": {"a.nix": "1 + 1"}}))
    )
    assert again["data"]["text"] == "2"


def test_ticks_end_what_takes_too_long(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nixlite.playground.bridge.wire.ASKING", 0.3)
    monkeypatch.setattr("nixlite.playground.bridge.wire.GRACE", 0.0)
    thread = later(0.1, signal.SIGUSR1, times=6)
    answer = json.loads(wire.handle(QUESTION))
    thread.join()
    assert answer["stopped"] == "it took too long"


def test_ticks_end_what_takes_too_much_memory(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def resident() -> int:
        asked.append(0)
        return 100 if len(asked) == 1 else 10**9

    monkeypatch.setattr(interrupting, "resident", resident)
    monkeypatch.setattr("nixlite.playground.bridge.wire.MEMORY", 1000)
    thread = later(0.1, signal.SIGUSR1, times=10)
    answer = json.loads(wire.handle(QUESTION))
    thread.join()
    assert answer["stopped"] == "it took too much memory"


def test_signals_between_questions_do_nothing(wire: Wire) -> None:
    for number in (signal.SIGINT, signal.SIGUSR1):
        signal.raise_signal(number)
    assert json.loads(wire.handle('{"do": "lessons"}'))["data"]["lessons"]
