"""Compiling whole trees of files into the cache, with all processors.

Each process has an evaluator of its own and compiles as a program that imports the file would, so what it
keeps is what such a program finds. The processes share nothing but the cache directory, whose entries are
written atomically; they are given a few files at a time, the largest first, so that all end together.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import NixError, StackOverflow
from nixlite.host.real import RealHost
from nixlite.host.source_files import read_source, resolve_import_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkContext, SpawnContext
    from multiprocessing.process import BaseProcess

    from nixlite.evaluator import Evaluator
    from nixlite.host.host import Host
    from nixlite.translator import Compiled

BATCH = 8
"""Files given to a process at a time: enough not to wait for each other, few enough to share the work."""

HISTORY = (".git", ".hg", ".jj", ".svn")
"""Directories of version control, which are large and hold nothing that is imported."""

SECONDS_TO_NOTICE = 5

COMPILED, PRESENT, UNKEPT, FAILED = "compiled", "present", "unkept", "failed"
"""Outcomes: compiled now; in the cache before; not kept, for it is to warn each time; wrong."""


class Outcome(NamedTuple):
    """What became of a file; *message* tells what is wrong with a failed one, and where."""

    path: str
    kind: str
    message: str = ""


# -- which files


def files_below(host: Host, path: str) -> list[str]:
    """The files that importing something at or below *path* may mean, by the names they then have.

    Those named `….nix`, a symlink to a file by its target's name as `import` has it. Directories that are
    symlinks are not entered (they might lead anywhere), but *path* itself may be one: its files are found
    under both names, for programs name them both ways. Raises EvalError where there is nothing.
    """
    found: dict[str, None] = {}
    for name in dict.fromkeys((path, host.real_path(path))):
        if host.file_type(host.real_path(name)) == "directory":
            search(host, name, found)
        else:
            found[resolve_import_path(host, name)] = None
    return list(found)


def search(host: Host, directory: str, found: dict[str, None]) -> None:
    """Add the files below a directory to *found*; what may not be read is left out."""
    try:
        rows = host.list_dir(host.real_path(directory))
    except NixError:
        return
    for name, kind in sorted(rows.items()):
        path = f"{directory.rstrip('/')}/{name}"
        if kind == "directory" and name not in HISTORY:
            search(host, path, found)
        elif name.endswith(".nix") and kind == "regular":
            found[path] = None
        elif name.endswith(".nix") and kind == "symlink":
            add_link(host, path, found)


def add_link(host: Host, path: str, found: dict[str, None]) -> None:
    """Add what a symlink to a file means; a broken one, or one to a directory, is left out."""
    try:
        target = resolve_import_path(host, path)
        if target.endswith(".nix") and host.file_type(host.real_path(target)) == "regular":
            found[target] = None
            if path.endswith("/default.nix"):  # which keeps its name where its directory is imported
                found[path] = None
    except NixError:
        return


# -- compiling


def compile_file(evaluator: Evaluator, path: str) -> Outcome:
    """See to it that the cache has the code of a file (its name resolved already).

    The file is read by the host of the machine, for pure evaluation lets the evaluator read none.
    """
    cache = evaluator.cache
    assert cache is not None
    evaluator.warned = False
    try:
        source = read_source(RealHost(), path)
        present = cache.load(cache.key(source, evaluator.code_settings())) is not None
        lacking = complete(evaluator.code_of(source, ()))
    except (NixError, RecursionError) as error:
        failure = error if isinstance(error, NixError) else StackOverflow()
        return Outcome(path, FAILED, describe(evaluator, failure, path))
    finally:
        evaluator.sources.clear()
    if evaluator.warned:
        return Outcome(path, UNKEPT)
    return Outcome(path, PRESENT if present and not lacking else COMPILED)


def complete(compiled: Compiled) -> bool:
    """See to it that the cache has all pieces of a big source too; whether some had to be compiled."""
    pieces = compiled.pieces
    if pieces is None:
        return False
    seen: set[int] = set()
    todo = [compiled.code]
    while todo:
        for table in todo.pop().tables:
            numbers = {number for number in table[1] if number >= 0} - seen
            seen |= numbers
            todo += [pieces.code(number) for number in sorted(numbers)]
    pieces.save()
    return pieces.compiler is not None


def describe(evaluator: Evaluator, error: NixError, path: str) -> str:
    """An error on one line, its place first."""
    evaluator.explain(error)
    place = str(error.position) if error.position is not None else path
    return f"{place}: {error.message.splitlines()[0]}"


def compile_all(make: Callable[[], Evaluator], paths: list[str], jobs: int) -> Iterator[Outcome]:
    """Compile files in up to *jobs* processes; gives the outcomes as they come.

    *make* makes each process its evaluator, which has a cache.
    """
    batches = list(in_batches(largest_first(paths)))
    jobs = min(jobs, len(batches))
    if jobs <= 1:
        evaluator = make()
        for path in paths:
            yield compile_file(evaluator, path)
        return
    yield from share(make, batches, jobs)


def largest_first(paths: Iterable[str]) -> list[str]:
    """Files by size, so that no process is left alone with a large one at the end."""
    return sorted(paths, key=lambda path: os.path.getsize(path) if os.path.exists(path) else 0, reverse=True)


def in_batches(paths: list[str]) -> Iterator[list[str]]:
    """The largest files one by one, the others a few at a time."""
    alone = min(len(paths), 4 * BATCH)
    for path in paths[:alone]:
        yield [path]
    for start in range(alone, len(paths), BATCH):
        yield paths[start : start + BATCH]


def share(make: Callable[[], Evaluator], batches: list[list[str]], jobs: int) -> Iterator[Outcome]:
    """Give batches to processes as they get free; ends them all whatever happens."""
    from multiprocessing.connection import wait

    workers: dict[Connection, BaseProcess] = dict(start_worker(make) for _ in range(jobs))
    todo = batches[::-1]
    given: dict[Connection, list[str]] = {}
    try:
        for link in workers:
            give(link, todo, given)
        while given:
            ready = wait(list(given))
            for link in [link for link in given if link in ready]:
                yield from receive(link, given.pop(link))
                if workers[link].is_alive():
                    give(link, todo, given)
        while todo:  # every process has died
            yield from (Outcome(path, FAILED, f"{path}: not compiled") for path in todo.pop())
    finally:
        for process in workers.values():
            process.terminate()


def give(link: Connection, todo: list[list[str]], given: dict[Connection, list[str]]) -> None:
    """Send the next batch to a process, if there is one."""
    if todo:
        batch = given[link] = todo.pop()
        link.send(batch)


def receive(link: Connection, batch: list[str]) -> list[Outcome]:
    """What a process has to say of a batch; one that died (no memory, say) has failed at all of it."""
    try:
        outcomes: list[Outcome] = link.recv()
    except (EOFError, OSError):
        return [Outcome(path, FAILED, f"{path}: the compiling process died") for path in batch]
    return outcomes


def start_worker(make: Callable[[], Evaluator]) -> tuple[Connection, BaseProcess]:
    """Start a process; by `fork` where there is that, which saves it from importing everything anew."""
    from multiprocessing import get_all_start_methods, get_context

    context: ForkContext | SpawnContext
    context = get_context("fork") if "fork" in get_all_start_methods() else get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(make, theirs), daemon=True)
    process.start()
    theirs.close()
    return ours, process


def work(make: Callable[[], Evaluator], link: Connection) -> None:
    """What a process does: compile the files that come. Interrupts from the keyboard are its parent's."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    evaluator = make()
    parent = os.getppid()
    while True:
        while not link.poll(SECONDS_TO_NOTICE):
            if os.getppid() != parent:  # killed; the pipe stays open, for our brothers have it too
                return
        link.send([compile_file(evaluator, path) for path in link.recv()])
