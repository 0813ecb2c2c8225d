"""Running `nixlite jobs` on this machine: processes, lines, and what is told meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.errors import EvalError, Exhausted
from nixlite.host.real import RealHost
from nixlite.host.settings import TALKATIVE
from nixlite.jobs.forking import can_fork, fork, fork_from
from nixlite.jobs.keeping import Merger, kept_for
from nixlite.jobs.noting import NotingHost
from nixlite.jobs.pool import CannotGoOn, Deadline, Pool
from nixlite.jobs.printing import Printer
from nixlite.jobs.roots import make_server
from nixlite.limits.memory import resident

if TYPE_CHECKING:
    from nixlite.jobs.aggregates import Aggregates
    from nixlite.jobs.asking import Asking
    from nixlite.jobs.keeping import Kept
    from nixlite.jobs.link import Link
    from nixlite.jobs.serving import Server

MIB = 1 << 20


class Forking:
    """Processes that are forked from this one, or from a template that was."""

    def __init__(self, server: Server, *, template: bool = True) -> None:
        self.server = server
        self.templates = template

    def first(self, links: list[Link]) -> Any:
        """See `pool.Kind`."""
        return fork(self.server, links, template=True)

    def another(self, template: Any, links: list[Link]) -> Any:
        """See `pool.Kind`."""
        return fork(self.server, links) if template is None else fork_from(template)


def run_jobs(command: Asking) -> int:
    """Find all jobs and print them; the exit code."""
    command.host.unkept("the lines of jobs, which are kept one by one")
    command.read_input()
    printer = printer_for(command)
    if command.constituents:
        printer.aggregates = aggregates(command)
    deadline = Deadline(command.bounds.get("seconds"))
    kept = known_steps(command)
    ended: Exhausted | None = None
    try:
        failed = find(command, printer, kept, deadline)
    except Exhausted as error:  # what was found until then is not lost
        failed, ended = 0, error
    printer.erase()
    if failed:
        return failed
    code = printer.end() if ended is None else printer.cut()
    register_all(command, printer.registered)
    if kept is not None and printer.merger is not None:
        entry = printer.merger.entry(kept)
        kept.keep(entry)
        if command.settings.verbosity >= TALKATIVE:
            printer.log(printer.merger.summary(entry))
    if ended is not None:
        raise ended
    return code


def printer_for(command: Asking) -> Printer:
    """What prints the jobs, or what has become of them."""
    if not command.diff:
        return Printer(command)
    from nixlite.jobs.diffing import Differ

    return Differ(command)


def known_steps(command: Asking) -> Kept | None:
    """What was found before by the same command, and where it is kept; None where it is not."""
    apart = bool(command.cluster)
    if type(command.host) is not RealHost or not (apart or (can_fork() and not command.no_fork)):
        return None
    kept = kept_for(command)
    if kept is not None:
        kept.load()
    return kept


def find(command: Asking, printer: Printer, kept: Kept | None, deadline: Deadline) -> int:
    """Find what is not known; the exit code where that cannot be done, else 0. Raises Exhausted."""
    left: dict[tuple[str, ...], list[str]] = {(): [""]}
    left = left if kept is None or () not in kept.valid else kept.replay(printer.show)
    if kept is not None and (left or kept.renewed):
        printer.merger = Merger()
    if not left:
        return 0
    if command.cluster:
        return find_on_cluster(command, printer, kept, left, deadline)
    kind = kind_of(command, kept)
    pool = Pool(kind, command.workers, command.max_memory_size * MIB, printer, deadline)
    pool.work.begin(left)
    try:
        pool.run()
    except CannotGoOn as error:
        printer.log(f"{error}\n")
        return command.failure
    finally:
        printer.erase()
    return 0


def find_on_cluster(
    command: Asking,
    printer: Printer,
    kept: Kept | None,
    left: dict[tuple[str, ...], list[str]],
    deadline: Deadline,
) -> int:
    """As `find`, with `--cluster`."""
    from nixlite.jobs.cluster.dispatch import run_on_cluster

    if kept is not None:
        from nixlite.results.witness import Witness

        command.host = Witness(command.host.stdin if isinstance(command.host, RealHost) else None)
    try:
        run_on_cluster(command, printer, left, deadline)
    except CannotGoOn as error:
        printer.log(f"{error}\n")
        return command.failure
    return 0


def kind_of(command: Asking, kept: Kept | None) -> Any:
    """How processes begin; where they are forked, the set is evaluated now. Raises what that raises."""
    if command.no_fork or not can_fork():
        from nixlite.jobs.spawning import Spawning

        return Spawning(command)
    if kept is not None:
        command.host = NotingHost(command.host.stdin if isinstance(command.host, RealHost) else None)
    server = make_server(command, notes=kept is not None)
    check_limit(command.max_memory_size * MIB)
    server.prepare()
    return Forking(server)


def aggregates(command: Asking) -> Aggregates:
    """What resolves aggregates, and writes them where .drv files are written."""
    from nixlite.jobs.aggregates import Aggregates
    from nixlite.jobs.outputs import Outputs
    from nixlite.store.store import Store

    directory, roots = command.store_directory(), command.roots_directory()
    outputs = Outputs(directory, roots) if directory or roots else None
    return Aggregates(Store(command.settings.store_dir, command.host), outputs)


def register_all(command: Asking, rows: dict[str, str]) -> None:
    """Say in the store that was written to what is there: see `cli.writing`."""
    if not rows:
        return
    from nixlite.cli.writing import leave_registration, root_of

    leave_registration(command, root_of(command, command.store_uri), "".join(rows.values()))


def check_limit(limit: int) -> None:
    """Raise EvalError where a process may not even have the set itself."""
    taken = resident()
    if taken > limit * 0.8:
        raise EvalError(
            f"the set itself takes {taken // MIB} MiB of memory,"
            f" and '--max-memory-size' lets a process have {limit // MIB}"
        )
