"""The packages of both versions of a set for `nixlite impact`, found by several processes.

Each version is begun here as one process does it (`explain.impact.survey`): small sets are done by then, and
of large ones this process has what packages share. Its copies take the rest, attribute by attribute, of
either version, and tell of each derivation what comparing needs. A set may be there under several names;
which of them counts depends on the order in which one process comes upon them. So here each set is gone
through once, under the name that comes first, and at the end one walk over all that was found puts it in
order.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from nixlite.errors import EvalError, NixError
from nixlite.explain.impact.survey import FIRST_BLOCKS, first_line, spelled
from nixlite.explain.quiet import redirect
from nixlite.jobs.pool import Pool, Report
from nixlite.jobs.running import Forking
from nixlite.jobs.serving import LOG, NOTES, Server
from nixlite.jobs.walk import FAILED
from nixlite.limits.memory import resident
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.thunk import force

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.explain.impact.survey import Name, Packages, Survey
    from nixlite.explain.impact.table import Entry, Table
    from nixlite.jobs.link import Link
    from nixlite.jobs.walk import Step
    from nixlite.store.derivation import Derivation
    from nixlite.store.store import Store

    Path = tuple[str, ...]
    """The number of a version, and the name of an attribute in it; or `AGAIN`, the number, the length of a
    name, that name and another one."""

WARM = 0.5
"""Seconds of the processor for which each version is begun by one process."""

PACKAGE, INNER, NONE, FAILS, AGAIN = "package", "inner", "none", "fails", "again"
"""What an attribute is: a derivation, a set to go into, neither, one that cannot be evaluated; and the
question whether two names have one and the same set. `walk.FAILED` is a process that has failed."""

MOST_BYTES = 1_200_000_000
"""Memory with which a process ends between two attributes, and another one goes on."""

TOO_MUCH = 4 * MOST_BYTES
"""Memory beyond which it is ended."""


class Lost(Exception):
    """Several processes could not do it: one has died where its successor did, say."""


class Collecting:
    """Has a table collect what is added to it from now on, to be sent: each process would write texts at the
    same place of one file."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.text = b""
        self.rows: list[tuple[str, tuple[Any, ...], bytes]] = []
        self.make = table.entry
        vars(table).update(compressed=self.compressed, entry=self.entry)

    def compressed(self, data: bytes) -> bytes:
        """See `Table`."""
        self.text = self.table.packed(data)
        return self.text

    def entry(self, store: Store, path: str, drv: Derivation) -> Entry:
        """See `Table`."""
        found = self.make(store, path, drv)
        self.rows.append((path, tuple(found), self.text))
        return found

    def new(self) -> list[tuple[str, tuple[Any, ...], bytes]]:
        """Path, entry and text of what was added since this was last asked."""
        rows, self.rows = self.rows, []
        return rows


class Surveyor(Server):
    """Looks at attributes of both versions."""

    def __init__(self, surveys: list[Survey], limit: int) -> None:
        walk: Any = None  # there are two
        super().__init__(walk, limit)
        self.surveys = surveys
        self.table = surveys[0].table
        self.link: Any = None

    def take(self, link: Link, paths: list[Path]) -> bool:
        """See `Server`."""
        if self.link is None:
            self.collecting = Collecting(self.table)
            for survey in self.surveys:
                survey.evaluator.settings.warn = lambda text: link.send(NOTES, text)
                redirect(survey.evaluator, lambda text: link.send(LOG, text))
        self.link = link
        return super().take(link, paths)

    def step(self, path: Path) -> Step:
        """See `Server`."""
        if path[0] == AGAIN:
            at, size, *both = path[1:]
            survey, name, other = self.surveys[int(at)], both[: int(size)], both[int(size) :]
            found = survey.evaluator.guard(lambda names: self.is_one(survey, *names), (name, other))
            return AGAIN, found, ""
        survey = self.surveys[int(path[0])]
        try:
            found = survey.evaluator.guard(lambda name: self.look(survey, name), path[1:])
        except NixError as error:
            return FAILS, first_line(error), ""
        return found[0], found[1], ""

    def look(self, survey: Survey, name: Name) -> tuple[str, Any]:
        """As `step`; raises what evaluating raises."""
        attrs = survey.walk.at(name)
        if type(attrs) is not dict:
            return NONE, None
        if is_derivation(attrs):
            return PACKAGE, survey.add(attrs)
        if force(attrs.get("recurseForDerivations", False)) is True:
            return INNER, tuple(sorted(attrs))
        return NONE, None

    def is_one(self, survey: Survey, name: list[str], other: list[str]) -> bool:
        """Whether two names have the same set."""
        try:
            return survey.walk.at(tuple(name)) is survey.walk.at(tuple(other))
        except NixError:
            return False

    def extra(self, link: Link, kind: str, text: str, drv_path: str) -> Any:
        """See `Server`: what the table has to know."""
        return self.collecting.new() if kind == PACKAGE else None

    def leave(self, link: Link) -> None:
        """See `Server`."""
        for survey in self.surveys:
            survey.evaluator.close()


class Gathering(Report):
    """What the processes have found. *tell*: called with how many attributes are done and known."""

    def __init__(self, surveys: list[Survey], pool: Pool, tell: Callable[[int, int], None]) -> None:
        self.surveys = surveys
        self.pool = pool
        self.show = tell
        self.table = surveys[0].table
        self.done = sum(survey.done for survey in surveys)
        self.results: list[dict[Name, tuple[str, Any]]] = [{} for _ in surveys]
        self.same: list[dict[Name, Name]] = [{} for _ in surveys]
        """By name of a set, another name that it was gone through under."""
        self.sets: list[dict[Path, list[Name]]] = []
        """By the names in them, the sets that are gone through."""
        self.asked: dict[Path, int] = {}
        """For each question whether a set was met before, how many of `sets` were compared already."""
        for at, survey in enumerate(surveys):
            self.sets.append({})
            for name, names in survey.walk.names.items():
                self.sets[at].setdefault(tuple(sorted(names)), []).append(name)
            pool.work.put_back([(str(at), *name) for name in survey.walk.todo[::-1]])

    def found(self, path: Path, kind: str, what: Any, extra: Any) -> None:
        """See `Report`."""
        if kind == FAILED:
            raise Lost
        if kind == AGAIN:
            at, size = int(path[1]), int(path[2])
            name, other = path[3 : 3 + size], path[3 + size :]
            compared = self.asked.pop(path)
            if what:
                self.same[at][name] = other
            else:
                self.meet(at, name, compared + 1)
            return
        self.done += 1
        at, name = int(path[0]), path[1:]
        self.results[at][name] = kind, what
        if kind == PACKAGE:
            self.table.receive(extra)
        elif kind == INNER:
            self.meet(at, name, 0)

    def meet(self, at: int, name: Name, compared: int) -> None:
        """A set that is not one of some others: compare it to the next, or go into it."""
        names = self.results[at][name][1]
        known = self.sets[at].setdefault(names, [])
        if compared < len(known):
            question = (AGAIN, str(at), str(len(name)), *name, *known[compared])
            self.asked[question] = compared
            self.pool.work.again.append(question)
        else:
            known.append(name)
            self.pool.work.add((str(at), *name), names)

    def log(self, text: str) -> None:
        """See `Report`."""
        self.surveys[0].evaluator.host.write_stderr(text)

    def notes(self, data: str) -> None:
        """See `Report`: a warning."""
        self.surveys[0].evaluator.settings.warn(data)

    def tick(self, pool: Pool) -> None:
        """See `Report`."""
        self.show(self.done, self.done + pool.work.left() + sum(len(member.told) for member in pool.all()))

    def packages(self, at: int) -> Packages:
        """The packages of a version, as one process would have found them."""
        walk, results, same = self.surveys[at].walk, self.results[at], self.same[at]
        gone_through = set(walk.names)
        todo = [(name, name) for name in walk.todo]
        while todo:
            name, place = todo.pop()
            kind, what = results[place]
            if kind == PACKAGE:
                walk.packages.found[spelled(name)] = what
            elif kind == FAILS:
                walk.packages.failed[spelled(name)] = what
            elif kind == INNER:
                place = same.get(place, place)
                if place not in gone_through:
                    gone_through.add(place)
                    todo += [((*name, below), (*place, below)) for below in reversed(what)]
        return walk.packages


def survey_at_once(
    surveys: list[Survey], workers: int, tell: Callable[[int, int], None]
) -> list[Packages] | None:
    """The packages of both versions, their derivations in the surveys' table; None where several processes
    cannot tell. Raises what evaluating the sets themselves raises."""
    for survey in surveys:
        survey.begin()
        survey.part(FIRST_BLOCKS, WARM)
    if any(survey.walk.todo for survey in surveys):
        found = gathered(surveys, workers, tell)
    else:
        found = [survey.walk.packages for survey in surveys]
    for survey in surveys:
        survey.end()
    return found


def gathered(surveys: list[Survey], workers: int, tell: Callable[[int, int], None]) -> list[Packages] | None:
    """What is left of both versions, by copies of this process; None where these cannot tell."""
    limit = max(MOST_BYTES, 2 * resident())
    kind = Forking(Surveyor(surveys, limit), template=False)
    pool = Pool(kind, workers, max(TOO_MUCH, 2 * limit), Report())
    pool.report = report = Gathering(surveys, pool, tell)
    gc.freeze()
    try:
        pool.run()
    except (Lost, EvalError):
        return None
    finally:
        gc.unfreeze()
    return [report.packages(at) for at in range(len(surveys))]
