"""Reading what is large, endless, or not there yet: it is said how much, can be interrupted, and leaves nothing open."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from nixlite import Limits, evaluate
from nixlite.errors import Exhausted
from nixlite.host.reading import PIECE, open_fifo, read_file
from nixlite.limits.growth import CURRENT
from nixlite.source import SMALL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NUMBERS = "/proc/self/fd"
THREADS = "/proc/self/task"


def settled(folder: str, count: int) -> bool:
    """Whether a folder of the system's comes to have some number of entries; where there is none it cannot be told."""
    ends = time.monotonic() + 5
    while os.path.isdir(folder) and len(os.listdir(folder)) != count:
        if time.monotonic() > ends:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Neither open files nor threads, however reading ends."""
    counts = {folder: len(os.listdir(folder)) for folder in (NUMBERS, THREADS) if os.path.isdir(folder)}
    yield
    for folder, count in counts.items():
        assert settled(folder, count), folder


class Meter:
    """A budget that takes down what is announced, up to some size."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.sizes: list[int] = []

    def grow(self, size: int) -> None:
        self.sizes.append(size)
        if size > self.most:
            raise MemoryError


@contextmanager
def metered(most: int) -> Iterator[list[int]]:
    meter = Meter(most)
    CURRENT.budget = meter  # type: ignore[assignment] # of a budget only this is asked
    try:
        yield meter.sizes
    finally:
        CURRENT.budget = None


@pytest.mark.parametrize("size", [0, 1, SMALL - 1, SMALL, SMALL + 1, SMALL + 2, PIECE + SMALL + 1, 3 * PIECE])
def test_files_are_read_whole(tmp_path: Path, size: int) -> None:
    data = (bytes(range(251)) * (size // 251 + 1))[:size]
    (tmp_path / "f").write_bytes(data)
    assert read_file(f"{tmp_path}/f", 0) == data


def test_how_large_a_file_is_is_said_before_it_is_read(tmp_path: Path) -> None:
    with open(tmp_path / "f", "wb") as file:
        file.truncate(1 << 40)
    with metered(1 << 30) as sizes, pytest.raises(MemoryError):
        read_file(f"{tmp_path}/f", 0)
    assert sizes == [1 << 40]


def test_of_what_never_ends_is_said_how_much_it_has_become() -> None:
    """Each time that it has doubled: a look at the memory is not free."""
    with metered(10 * PIECE) as sizes, pytest.raises(MemoryError):
        read_file("/dev/zero", 0)
    assert sizes == [PIECE, 2 * PIECE, 4 * PIECE, 8 * PIECE, 16 * PIECE]


def test_a_directory_is_none(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        read_file(f"{tmp_path}", 0)


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="no such flag here")
def test_flags_are_the_systems(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    (tmp_path / "l").symlink_to("f")
    assert read_file(f"{tmp_path}/l", 0) == b"x"
    with pytest.raises(OSError, match=r"^\[Errno 40\]|^\[Errno 62\]"):
        read_file(f"{tmp_path}/l", os.O_NOFOLLOW)


# --- what comes from others


@pytest.fixture
def fifo(tmp_path: Path) -> str:
    os.mkfifo(tmp_path / "fifo")
    return f"{tmp_path}/fifo"


@contextmanager
def writing(path: str, *pieces: bytes, pause: float = 0) -> Iterator[threading.Event]:
    """Somebody writes some pieces to a FIFO, and leaves when the event is set."""
    leave = threading.Event()

    def write() -> None:
        with open(path, "wb", buffering=0) as file:
            for piece in pieces:
                time.sleep(pause)
                file.write(piece)
            leave.wait(20)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield leave
    finally:
        leave.set()
        writer.join()


def test_a_fifo_is_read_to_its_end(fifo: str) -> None:
    with writing(fifo, b"a" * 100_000, b"", b"b", pause=0.06) as leave:
        leave.set()
        assert read_file(fifo, 0) == b"a" * 100_000 + b"b"


def test_a_fifo_that_has_gone_is_said(fifo: str) -> None:
    """Between being looked at and being waited for."""
    os.unlink(fifo)
    with pytest.raises(FileNotFoundError):
        open_fifo(fifo, os.O_RDONLY)


def test_waiting_costs_no_time_of_the_processor(fifo: str) -> None:
    with writing(fifo, b"a", b"b", pause=0.3) as leave:
        leave.set()
        begun = time.process_time()
        assert read_file(fifo, 0) == b"ab"
        assert time.process_time() - begun < 0.1


class Alarm(Exception):
    """The user has had enough, or a deadline has come."""


def by_a_signal(path: str) -> None:
    """As Ctrl-C."""

    def ring(*arguments: object) -> None:
        raise Alarm

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.15)
    try:
        with pytest.raises(Alarm):
            read_file(path, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def by_a_deadline(path: str) -> None:
    with pytest.raises(Exhausted):
        evaluate(f"builtins.readFile {path}", limits=Limits(seconds=0.15)).to_python()


@pytest.mark.parametrize("interrupted", [by_a_signal, by_a_deadline])
@pytest.mark.parametrize("somebody", [False, True])
def test_waiting_can_be_interrupted(fifo: str, interrupted: Callable[[str], None], somebody: bool) -> None:
    """Where nobody writes, and where somebody does, but not at once."""
    begun = time.monotonic()
    if somebody:
        with writing(fifo, b"a"):
            interrupted(fifo)
            took = time.monotonic() - begun
    else:
        interrupted(fifo)
        took = time.monotonic() - begun
    assert took < 0.7
