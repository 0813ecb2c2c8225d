"""Processes that do inputs, and a parent that sees what became of each: done, a fault, a crash, a hang.

A worker is forked, so it starts at once. Before each input it writes the number into memory that it shares with
its parent: when it dies or does not come to an end, that is the one.
"""

from __future__ import annotations

import faulthandler
import json
import mmap
import os
import resource
import select
import signal
import struct
import sys
import tempfile
import time
import traceback
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.fuzz.running import LATE, SECONDS, Bug, do, forbid_the_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fuzz.kinds import Input

BATCH = 100
LIFE = 40_000
"""Inputs after which a worker makes room for another, so that a slow leak is not taken for a fault."""

MEMORY = 4 << 30
WAITS = 60.0
"""Seconds after which an input that takes no processor time is a hang."""

OURS: set[int] = set()
"""The parent's ends of all pipes, which no worker may have: it would keep the others waiting."""

PLACE = struct.Struct("qdd")
"""What a worker writes down: a number, the clock, and its processor time, before it does an input."""

TICKS = os.sysconf("SC_CLK_TCK")


class Fault(NamedTuple):
    """An input that was not done as it should: *what* in one line, the same for the same mistake; *told*: all."""

    given: Input
    what: str
    told: str


class Worker:
    """A process that does inputs; `make` makes them of numbers."""

    def __init__(self, make: Callable[[int], Input]) -> None:
        self.make = make
        self.place = mmap.mmap(-1, PLACE.size)
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115 # it lives as long as the worker
        self.done = 0
        self.todo: range | None = None
        self.text = b""
        orders, self.orders = os.pipe()
        self.answers, answers = os.pipe()
        OURS.update((self.orders, self.answers))
        sys.stdout.flush()
        self.pid = forked()
        if self.pid == 0:
            code = 1
            try:
                for end in OURS:
                    os.close(end)
                code = self.work(orders, answers)
            finally:
                os._exit(code)
        os.close(orders)
        os.close(answers)

    def work(self, orders: int, answers: int) -> int:
        """The child: do what is ordered."""
        for limit, size in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
            resource.setrlimit(limit, (size, size))
        faulthandler.enable(self.log)
        faulthandler.register(signal.SIGUSR1, self.log, all_threads=True)
        sys.dont_write_bytecode = True
        with open(orders, "rb", buffering=0) as file, open(answers, "wb", buffering=0) as out:
            forbid_the_world()
            while len(data := file.read(16)) == 16:
                for number in range(*struct.unpack("qq", data)):
                    self.place[:] = PLACE.pack(number, time.monotonic(), time.process_time())
                    told = fault_of(self.make(number))
                    if told is not None:
                        out.write(json.dumps([number, *told]).encode() + b"\n")
                out.write(b"[]\n")
        return 0

    def order(self, numbers: range) -> None:
        """Let it do the inputs with these numbers."""
        self.todo = numbers
        self.done += len(numbers)
        os.write(self.orders, struct.pack("qq", numbers.start, numbers.stop))

    def number(self) -> int:
        """The input that it is at."""
        return int(PLACE.unpack(self.place[:])[0])

    def answered(self) -> Iterator[tuple[int, str, str] | None]:
        """The faults it tells of; None when it has done what was ordered. Raises EOFError where it has died."""
        data = os.read(self.answers, 1 << 16)
        if not data:
            raise EOFError
        *lines, self.text = (self.text + data).split(b"\n")
        for each in lines:
            yield tuple(json.loads(each)) or None

    def is_stuck(self) -> bool:
        """Whether the input takes longer than it may."""
        _, since, spent = PLACE.unpack(self.place[:])
        if not since or time.monotonic() - since < SECONDS + LATE:
            return False
        return cpu_of(self.pid) - spent > SECONDS + LATE or time.monotonic() - since > WAITS

    def end(self, *, stuck: bool = False) -> str:
        """End it; what killed it, or where it was."""
        if stuck:
            os.kill(self.pid, signal.SIGUSR1)
            time.sleep(0.3)
            os.kill(self.pid, signal.SIGKILL)
        for end in (self.orders, self.answers):
            OURS.discard(end)
            os.close(end)
        _, status = os.waitpid(self.pid, 0)
        self.log.seek(0)
        told = self.log.read()
        self.log.close()
        code = os.waitstatus_to_exitcode(status)
        name = "hang" if stuck else signal.Signals(-code).name if code < 0 else f"exit {code}"
        return f"{name}\n{told}"


def forked() -> int:
    """`os.fork()`; of threads that are there, and may have been meant to be, nothing is said (Python 3.12)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def cpu_of(pid: int) -> float:
    """Seconds of processor time of a process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(") ")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def fault_of(given: Input) -> tuple[str, str] | None:
    """Do an input; what was wrong, in one line and whole."""
    try:
        do(given)
    except BaseException as error:
        told = "".join(traceback.format_exception(error))
        if len(told) > 8000:
            told = f"{told[:4000]}\n…\n{told[-4000:]}"
        return what_of(str(error) if isinstance(error, Bug) else told), told
    return None


def what_of(told: str) -> str:
    """The mistake in one line: the kind of error, and the functions of ours where it was."""
    lines = told.strip().splitlines()
    places = [part for part in map(place_of, lines) if part]
    last = next((line for line in reversed(lines) if line[:1].strip() and not line.startswith("  ")), "")
    return f"{last.partition(':')[0]} in {' < '.join(places[:-4:-1])}"


def place_of(line: str) -> str:
    """File and function of a line of a traceback that is in nixlite's code."""
    line = line.strip()
    if not line.startswith('File "') or "/nixlite/" not in line or "/tests/" in line:
        return ""
    file = line.split('"')[1].partition("/nixlite/")[2]
    return f"{file}:{line.rpartition(' in ')[2]}"


def crash(worker: Worker, told: str) -> Fault:
    """The fault of an input at which a worker came to its end."""
    name, _, rest = told.partition("\n")
    places = [part for part in map(place_of, rest.splitlines()) if part]
    return Fault(worker.make(worker.number()), f"{name} in {' < '.join(places[:2])}", told)


class Pool:
    """Some workers; `each` gives the numbers to be done, until it ends."""

    def __init__(self, make: Callable[[int], Input], count: int) -> None:
        self.make = make
        self.workers = [Worker(make) for _ in range(count)]
        self.finished = 0

    def run(self, batches: Iterator[range]) -> Iterator[Fault]:
        """The faults, as they come."""
        for worker in self.workers:
            self.next(worker, batches)
        while any(worker.todo is not None for worker in self.workers):
            by_file = {worker.answers: worker for worker in self.workers if worker.todo is not None}
            for ready in select.select(list(by_file), [], [], 0.5)[0]:
                yield from self.hear(by_file[ready], batches)
            for worker in self.workers:
                if worker.todo is not None and worker.is_stuck():
                    yield self.lose(worker, stuck=True)
        for worker in self.workers:
            worker.end()
        self.workers = []

    def hear(self, worker: Worker, batches: Iterator[range]) -> Iterator[Fault]:
        """What a worker says."""
        try:
            for told in worker.answered():
                if told is not None:
                    yield Fault(self.make(told[0]), told[1], told[2])
                    continue
                assert worker.todo is not None
                self.finished += len(worker.todo)
                if worker.done >= LIFE:
                    worker.end()
                    worker.__init__(self.make)  # type: ignore[misc] # the same place in the list
                self.next(worker, batches)
        except EOFError:
            yield self.lose(worker)

    def next(self, worker: Worker, batches: Iterator[range]) -> None:
        """Give a worker more to do."""
        worker.todo = None
        for numbers in batches:
            worker.order(numbers)
            break

    def lose(self, worker: Worker, *, stuck: bool = False) -> Fault:
        """A worker is lost to an input: another one goes on after that."""
        todo, number = worker.todo, worker.number()
        assert todo is not None
        fault = crash(worker, worker.end(stuck=stuck))
        self.finished += number + 1 - todo.start
        worker.__init__(self.make)  # type: ignore[misc] # the same place in the list
        worker.order(range(number + 1, todo.stop))
        return fault

    def close(self) -> None:
        """End all workers, whatever they are at."""
        workers, self.workers = self.workers, []
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)
            worker.end()


def try_alone(given: Input) -> Fault | None:
    """Do one input in a process of its own."""
    pool = Pool(lambda number: given, 1)
    found: list[Any] = list(pool.run(iter([range(1)])))
    return found[0] if found else None
