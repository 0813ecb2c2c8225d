"""Handing out steps to processes, until all are taken; what becomes of processes that die or grow.

A process that is gone has left the steps that it was told and has not answered. The first of them is the one
that it was at: it is taken once more by a fresh process, and reported where it ends that one as well. A
process that is killed from outside tells nothing about the step, so that is tried often; one that goes down
by itself, or that takes more memory than it may, twice.
"""

from __future__ import annotations

import selectors
import signal
from collections import Counter, deque
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from nixlite.errors import EvalError, Exhausted
from nixlite.jobs.job import error_fields, line
from nixlite.jobs.serving import BROKEN, DO, END, FOUND, FULL, LOG, NEXT, NOTES, SETTLE, STORED
from nixlite.jobs.walk import FAILED, SET
from nixlite.jobs.work import Work

if TYPE_CHECKING:
    from nixlite.jobs.link import Link

    Path = tuple[str, ...]

WARM = 1.5
"""Seconds of the processor for which a template takes steps: on a busy machine it is to know as much."""

PATIENCE = 3.0
"""Seconds of the processor after which nobody waits for a template any more that is still at a step."""

LONGEST_WARM = 12.0
"""The same by the clock: it may wait for something."""

LOOK = 0.1
"""Seconds between two looks at the processes' memory."""

OFTEN, TWICE = 20, 2
"""How often a process may die at a step before that is reported: killed by somebody; by itself."""

LONGEST_FAREWELL = 30.0
"""Seconds that processes have for what they do at their end."""


class CannotGoOn(Exception):
    """The set itself cannot be evaluated, or the disk refuses: the text of the error."""


class Deadline:
    """When a run is over, done or not; *seconds*: None for never."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self.end = monotonic() + (seconds or 0.0)

    def is_over(self) -> bool:
        """Whether time is up."""
        return self.seconds is not None and monotonic() >= self.end

    def error(self) -> Exhausted:
        """What the run ends with then."""
        from nixlite.limits.budget import exhausted  # seldom

        return exhausted("seconds", self.seconds or 0.0)


class Kind(Protocol):
    """How processes begin and are seen: `forking`, `spawning`."""

    templates: bool
    """Whether the first process becomes a template."""

    def first(self, links: list[Link]) -> Any:
        """A process, which becomes the template if there are such."""

    def another(self, template: Any, links: list[Link]) -> Any:
        """A process, from the template if that is not None; None where it cannot be had."""


class Member:
    """A process at work: what it was told and has not answered, how many steps it has taken."""

    def __init__(self, process: Any) -> None:
        self.process = process
        self.told: deque[Path] = deque()
        self.steps = 0
        self.idle = False
        self.full = False
        self.large = False
        """Whether it was ended because of its memory."""
        self.ending = False
        self.settling = False
        self.since = monotonic()


class Report:
    """What the pool tells of: `found(path, kind, what, extra)` of each step, `log(text)` of what is written
    to the standard error, `stored(rows)`, `notes(data)` of dependencies, `tick(pool)` now and then."""

    def found(self, path: Path, kind: str, what: Any, extra: Any) -> None:
        """A step was taken."""

    def log(self, text: str) -> None:
        """An evaluation has said something."""

    def stored(self, rows: list[tuple[str, str]]) -> None:
        """Objects were written."""

    def notes(self, data: Any) -> None:
        """What steps depend on."""

    def tick(self, pool: Pool) -> None:
        """Time has passed."""


class Pool:
    """*count* processes of a *kind*, each with *limit* bytes of memory, until the *deadline*; *report* hears
    of everything."""

    def __init__(
        self, kind: Kind, count: int, limit: int, report: Report, deadline: Deadline | None = None
    ) -> None:
        self.kind = kind
        self.count = count
        self.limit = limit
        self.report = report
        self.deadline = deadline or Deadline(None)
        self.work = Work(count)
        self.members: list[Member] = []
        self.template: Member | None = None
        self.warm = False
        self.deaths: Counter[Path] = Counter()
        self.outgrown: Counter[Path] = Counter()
        self.selector = selectors.DefaultSelector()
        self.restarts = self.lost = 0
        self.oom = oom_kills()

    # -- the whole

    def run(self) -> None:
        """Take all steps that `work` has, and those that they lead to. Processes are gone afterwards.

        Raises Exhausted at the deadline, when all is told that was found until then.
        """
        try:
            last = 0.0
            while self.work.left() or any(member.told for member in self.all()):
                self.fill()
                self.listen(LOOK)
                if monotonic() - last >= LOOK:
                    last = monotonic()
                    self.watch_memory()
                    self.report.tick(self)
                    if self.deadline.is_over():
                        self.listen(0.0)
                        raise self.deadline.error()
            self.farewell()
        finally:
            for member in self.all():
                member.process.kill()
            for member in self.all():
                member.process.link.close()
            self.selector.close()

    def all(self) -> list[Member]:
        """All processes."""
        return [*self.members, *([self.template] if self.template is not None else [])]

    def busy(self) -> int:
        """How many processes are at a step."""
        return sum(bool(member.told) for member in self.all())

    def fill(self) -> None:
        """See to it that there are as many processes as there may be and is work for, and all have some."""
        if self.kind.templates and self.template is None:
            try:
                self.template = self.join(Member(self.kind.first(self.links())))
            except OSError as error:
                raise EvalError(f"starting an evaluation worker: {error.strerror}") from None
            self.template.idle, self.warm = True, False
        warming = self.template is not None and not self.warm
        if warming and self.template is not None:
            self.warm_up(self.template)
            if not self.warm and not self.has_worked(self.template, PATIENCE):
                return
        wanted = min(self.count - warming, len([m for m in self.members if m.told]) + self.work.left())
        while len(self.members) < wanted:
            if not self.add_member():
                break
        for member in self.members:
            if member.idle:
                self.feed(member, self.work.take(member))

    def add_member(self) -> bool:
        """One more process; False where the template is of no use any more.

        Where the system has none left, those that there are have to do. Raises EvalError if that is none.
        """
        template = self.template.process if self.template is not None and self.warm else None
        try:
            process = self.kind.another(template, self.links())
        except OSError as error:
            self.count = len(self.members)
            if not self.count:
                raise EvalError(f"starting an evaluation worker: {error.strerror}") from None
            return False
        if process is None:
            self.drop_template()
            return False
        self.members.append(self.join(Member(process)))
        self.members[-1].idle = True
        return True

    def links(self) -> list[Link]:
        """The links of all processes."""
        return [member.process.link for member in self.all()]

    def join(self, member: Member) -> Member:
        """Hear of a process from now on."""
        self.selector.register(member.process.link, selectors.EVENT_READ, member)
        return member

    def warm_up(self, template: Member) -> None:
        """Let the future template take a step, or be it."""
        if not template.idle:
            return
        if template.settling:
            self.warm = True
            return
        late = self.has_worked(template, WARM) or template.process.resident() > self.limit // 3
        steps = [] if late else self.work.sample()
        if steps:
            self.feed(template, steps)
        elif late or self.work.left():
            template.settling, template.idle = True, False
            template.process.link.send(SETTLE)

    def has_worked(self, template: Member, seconds: float) -> bool:
        """Whether the future template has had some seconds of the processor, or all that it may take."""
        return template.process.processor() > seconds or monotonic() - template.since > LONGEST_WARM

    def feed(self, member: Member, steps: list[Path]) -> None:
        """Give a process steps to take."""
        if not steps:
            return
        member.idle = False
        member.told += steps
        try:
            member.process.link.send(DO, steps)
        except OSError:
            return  # it is gone, of which `hear` will learn

    # -- hearing

    def listen(self, seconds: float) -> None:
        """Hear what comes within some seconds at most."""
        for key, _ in self.selector.select(seconds):
            self.hear(key.data)

    def hear(self, member: Member) -> None:
        """Something has come from a process, be it its end."""
        messages, alive = member.process.link.arrived()
        for message in messages:
            self.take(member, message)
        if not alive:
            self.gone(member)

    def take(self, member: Member, message: tuple[Any, ...]) -> None:
        """A message."""
        kind, *rest = message
        if kind == FOUND:
            self.found(member, *rest)
        elif kind == NEXT:
            member.idle = True
        elif kind == FULL:
            member.full = True
        elif kind == LOG:
            self.report.log(*rest)
        elif kind == STORED:
            self.report.stored(*rest)
        elif kind == NOTES:
            self.report.notes(*rest)
        elif kind == BROKEN:
            raise CannotGoOn(*rest)

    def found(self, member: Member, path: Path, kind: str, what: Any, extra: Any) -> None:
        """A process has taken a step."""
        member.told.popleft()
        member.steps += 1
        if kind == SET:
            self.work.add(path, what)
        self.report.found(path, kind, what, extra)

    def gone(self, member: Member) -> None:
        """A process has ended."""
        self.selector.unregister(member.process.link)
        if member in self.members:
            self.members.remove(member)
        if member is self.template:
            self.template = None
        self.work.leave(member)
        status = None if member.ending else member.process.ended()
        member.process.link.close()
        if member.full:
            self.restarts += 1
        elif member.told:
            self.lost += 1
            self.died_at(member, member.told.popleft(), status)
        self.work.put_back(member.told)

    def died_at(self, member: Member, path: Path, status: int | None) -> None:
        """A process has died at a step: it is taken again, or reported."""
        if member.large:
            self.outgrown[path] += member.steps == 0  # else it was perhaps not this step's memory
            if self.outgrown[path] >= TWICE:
                self.fail(path, too_large(self.limit))
                return
        else:
            self.deaths[path] += 1
            own = status is None or status not in FROM_OUTSIDE
            if self.deaths[path] >= (TWICE if own or self.was_out_of_memory() else OFTEN):
                self.fail(path, ending(status))
                return
        self.work.again.append(path)

    def was_out_of_memory(self) -> bool:
        """Whether the system has killed processes for want of memory since this was last asked."""
        before, self.oom = self.oom, oom_kills()
        return self.oom > before

    def fail(self, path: Path, why: str) -> None:
        """A step cannot be taken."""
        self.report.found(path, FAILED, line(path, error_fields(f"error: {why}")), None)

    # -- memory, and the end

    def watch_memory(self) -> None:
        """End processes that have outgrown their limit at a step."""
        for member in self.all():
            if member.told and not member.large and member.process.resident() > self.limit:
                member.large = True
                member.process.kill()

    def drop_template(self) -> None:
        """The template is gone or of no use: there will be another."""
        if self.template is not None:
            self.template.process.kill()
            self.gone(self.template)

    def farewell(self) -> None:
        """Let processes end, and hear what they still have to say."""
        waiting = self.all()
        for member in waiting:
            member.ending = True
            try:
                member.process.link.send(END)
            except OSError:
                continue
        end = monotonic() + LONGEST_FAREWELL
        while self.all() and monotonic() < end:
            self.listen(LOOK)
            self.report.tick(self)


FROM_OUTSIDE = (-signal.SIGTERM, -getattr(signal, "SIGKILL", signal.SIGTERM), -signal.SIGINT)
"""Exit codes of processes that somebody has ended."""


def ending(status: int | None) -> str:
    """What is said of a process that has died, after nix-eval-jobs' words."""
    if status is None:
        return "the evaluation worker is gone, and nobody knows why"
    if status >= 0:
        return f"the evaluation worker exited with exit code {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    why = {"SIGKILL": ", maybe memory limit reached?", "SIGSEGV": " (possible infinite recursion)"}
    return f"the evaluation worker got killed by {name}{why.get(name, '')}"


def too_large(limit: int) -> str:
    """What is said of a step that takes more memory than a process may have."""
    return (
        f"evaluation takes more memory than the limit of {limit >> 20} MiB ('--max-memory-size'),"
        " even in a process of its own"
    )


def oom_kills() -> int:
    """How many processes Linux has ended so far because there was no memory; 0 elsewhere."""
    try:
        with open("/proc/vmstat", "rb") as file:
            rows = dict(row.split()[:2] for row in file if row.startswith(b"oom_kill "))
    except (OSError, ValueError):
        return 0
    return int(rows.get(b"oom_kill", 0))
