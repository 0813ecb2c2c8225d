"""Running `nixlite jobs` on this machine: processes, lines, and what is told meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.errors import EvalError
from nixlite.jobs.pool import CannotGoOn, Pool
from nixlite.jobs.printing import Printer
from nixlite.jobs.roots import make_server
from nixlite.limits.memory import resident

if TYPE_CHECKING:
    from nixlite.jobs.aggregates import Aggregates
    from nixlite.jobs.asking import Asking
    from nixlite.jobs.link import Link
    from nixlite.jobs.serving import Server

MIB = 1 << 20


class Forking:
    """Processes that are forked from this one, or from a template that was."""

    templates = True

    def __init__(self, server: Server) -> None:
        self.server = server

    def first(self, links: list[Link]) -> Any:
        """See `pool.Kind`."""
        from nixlite.jobs.forking import fork

        return fork(self.server, links, template=True)

    def another(self, template: Any, links: list[Link]) -> Any:
        """See `pool.Kind`."""
        from nixlite.jobs.forking import fork, fork_from

        return fork(self.server, links) if template is None else fork_from(template)


def run_jobs(command: Asking) -> int:
    """Find all jobs and print them; the exit code."""
    command.host.unkept("the lines of jobs, which are kept one by one")
    printer = Printer(command)
    if command.constituents:
        printer.aggregates = aggregates(command)
    pool = Pool(kind_of(command), command.workers, command.max_memory_size * MIB, printer)
    pool.work.again.append(())
    try:
        pool.run()
    except CannotGoOn as error:
        printer.log(f"{error}\n")
        return 1
    finally:
        printer.erase()
    printer.end()
    register_all(command, printer.registered)
    return 0


def kind_of(command: Asking) -> Any:
    """How processes begin; where they are forked, the set is evaluated now. Raises what that raises."""
    from nixlite.jobs.forking import can_fork

    if command.no_fork or not can_fork():
        from nixlite.jobs.spawning import Spawning

        return Spawning(command)
    server = make_server(command)
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
