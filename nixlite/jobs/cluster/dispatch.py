"""Handing out steps on a cluster: `--cluster ADDRESS`, with Dask's scheduler and workers.

A piece of work is a task; the scheduler gives it to a worker, and to another one if that is lost. What a task
lacks it says: trees are then sent to that worker's machine, questions to the world answered here, and the
rest of its steps handed out again.
"""

from __future__ import annotations

import logging
import os
import pickle
import shutil
import signal
from collections import Counter
from time import sleep
from typing import TYPE_CHECKING, Any

from nixlite.errors import EvalError, NixError, UsageError
from nixlite.jobs.cluster.judging import Judge
from nixlite.jobs.cluster.remote import (
    DIED,
    LARGE,
    TREES,
    Order,
    Outcome,
    code_digest,
    end_run,
    evaluate,
    put_tree,
)
from nixlite.jobs.cluster.trees import is_private, outermost, pack, project_of
from nixlite.jobs.job import error_fields, line
from nixlite.jobs.pool import FROM_OUTSIDE, OFTEN, TWICE, CannotGoOn, Deadline, ending, too_large
from nixlite.jobs.serving import BROKEN, WANTED
from nixlite.jobs.spawning import recipe
from nixlite.jobs.walk import FAILED, SET
from nixlite.jobs.work import Work
from nixlite.results.witness import Witness
from nixlite.spelling import natural
from nixlite.store.hashing import digest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nixlite.host.host import Host
    from nixlite.jobs.asking import Asking
    from nixlite.jobs.cluster.trees import Packed
    from nixlite.jobs.pool import Report

    Path = tuple[str, ...]

HINT = "pip install 'nixlite[cluster]', here and on the machines of the cluster"

LOCAL = "local:"

AHEAD = 2
"""Tasks that each of a cluster's threads has, so that none waits for the next."""

CLOSE = 10.0
"""Seconds that a cluster has for its end."""

FAREWELL = 3.0
"""Seconds that workers have for saying what they have found, where time is up."""

NO_WARNING = "ignore:resource_tracker:UserWarning"

POLL = 0.02
"""Seconds between two looks whether there are results."""

WAIT = 30.0
"""Seconds that a cluster has for having a worker."""


class Slot:
    """A thread of a worker; its work stays in one place of the set."""

    def __init__(self, address: str) -> None:
        self.address = address


class Cluster:
    """The steps of a command, handed out by *client*, of Dask's, until the *deadline*; *report* hears of
    everything."""

    def __init__(self, command: Asking, client: Any, report: Report, deadline: Deadline) -> None:
        self.deadline = deadline
        self.command = command
        self.client = client
        self.report = report
        self.facts: dict[Any, Any] = {}
        self.trees: dict[str, Packed] = {}
        self.deaths: Counter[Path] = Counter()
        self.outgrown: Counter[Path] = Counter()
        self.running: dict[Any, tuple[Slot, list[Path]]] = {}
        self.work = Work(1)
        self.tasks = self.lost = 0
        self.order: Order
        self.judge: Judge | None = None
        """Says of what workers noted what is so here; None where nothing is kept."""
        if isinstance(command.host, Witness):
            self.judge = Judge(command.host)

    def all(self) -> list[Any]:
        """As `Pool.all`, for the line that tells how far it is."""
        return []

    def run(self) -> None:
        """Take all steps that `work` has, and those that they lead to. Raises Exhausted at the deadline."""
        import distributed

        as_completed: Any = distributed.as_completed
        self.order = self.make_order()
        slots = self.slots()
        self.work.processes = max(len(slots), 1)
        completed = as_completed(loop=self.client.loop, with_results=True, raise_errors=False)
        for slot in slots * AHEAD:
            self.submit(slot, completed)
        while self.running:
            if self.deadline.is_over():
                self.end_early(completed)
                raise self.deadline.error()
            for slot in self.collect(completed, self.deadline):
                self.submit(slot, completed)
            for slot in slots:  # who had nothing to do may have some now
                while self.work.left() and sum(one is slot for one, _ in self.running.values()) < AHEAD:
                    self.submit(slot, completed)
            self.report.tick(self)  # type: ignore[arg-type]  # it has what the line needs

    def collect(self, completed: Any, deadline: Deadline) -> list[Slot]:
        """Take what has come, of which there is something before the deadline; who has nothing to do now."""
        while not (completed.has_ready() or deadline.is_over()):
            sleep(POLL)
        idle = []
        for future, result in completed.next_batch(block=False):
            slot, paths = self.running.pop(future.key)
            self.take(future, result, paths)
            idle.append(slot)
        return idle

    def end_early(self, completed: Any) -> None:
        """Have workers end what they are at, and take what they have found."""
        farewell = Deadline(FAREWELL)
        try:
            self.client.run(end_run, self.order.key, on_error="ignore")
            while self.running and not farewell.is_over():
                self.collect(completed, farewell)
        except (OSError, TimeoutError, NixError):
            return  # what there is has been told

    def slots(self) -> list[Slot]:
        """The threads of the workers that are there. Raises EvalError where there are none."""
        try:
            self.client.wait_for_workers(1, timeout=WAIT)
        except TimeoutError:
            raise EvalError(f"the cluster has had no worker for {WAIT:.0f} seconds") from None
        digests = self.client.run(code_digest, on_error="return")
        for address, found in digests.items():
            if found != code_digest():
                what = "has another nixlite" if isinstance(found, str) else f"has no nixlite ({found})"
                raise EvalError(f"the worker {address} {what} than is here", hint=HINT)
        return [Slot(address) for address, count in self.client.nthreads().items() for _ in range(count)]

    def submit(self, slot: Slot, completed: Any) -> None:
        """Hand out the next piece for a slot, if there is one."""
        paths = self.work.take(slot)
        if not paths:
            return
        self.tasks += 1
        future = self.client.submit(
            evaluate, self.order, paths, pickle.dumps(self.facts),
            key=f"nixlite-jobs-{self.order.key}-{self.tasks}", pure=False,
            workers=[slot.address], allow_other_workers=True,
        )  # fmt: skip
        self.running[future.key] = slot, paths
        completed.add(future)

    def take(self, future: Any, result: Any, paths: list[Path]) -> None:
        """What has become of a task."""
        if not isinstance(result, Outcome):
            self.lost_task(result[1] if isinstance(result, tuple) else result, paths)
            return
        for text in result.log:
            self.report.log(text)
        for path, kind, what in result.found:
            if kind == SET:
                self.work.add(path, what)
            self.report.found(path, kind, what, None)
        if self.judge is not None:
            for notes in self.judge.judged(result):
                self.report.notes(notes)
        if result.end == BROKEN:
            raise CannotGoOn(result.about)
        if result.end == WANTED:
            self.answer(result.about)
        elif result.end == TREES:
            self.send(result.about, future)
        elif result.end in (DIED, LARGE) and result.rest:
            self.died_at(result.rest.pop(0), result.end, result.about)
        self.work.put_back(result.rest)

    # -- what fails

    def lost_task(self, error: Any, paths: list[Path]) -> None:
        """A task has taken its workers with it, or was lost: its steps are handed out one by one."""
        self.lost += 1
        if type(error).__name__ not in ("KilledWorker", "CancelledError", "FutureCancelledError"):
            raise EvalError(f"a task on the cluster failed: {error}")
        if len(paths) == 1:
            self.died_at(paths[0], DIED, min(FROM_OUTSIDE))
        else:
            self.work.again.extend(paths)

    def died_at(self, path: Path, end: str, status: int | None) -> None:
        """An evaluator has died at a step: it is taken again, or reported; see `pool`."""
        if end == LARGE:
            self.outgrown[path] += 1
            failed = self.outgrown[path] >= TWICE
            why = too_large(self.order.limit)
        else:
            self.deaths[path] += 1
            failed = self.deaths[path] >= (OFTEN if status in FROM_OUTSIDE else TWICE)
            why = ending(status)
        if failed:
            self.report.found(path, FAILED, line(path, error_fields(f"error: {why}")), None)
        else:
            self.work.again.append(path)

    # -- what workers lack

    def answer(self, question: tuple[Any, ...]) -> None:
        """Ask this machine, and remember the answer for all."""
        host = self.command.host
        self.facts[question] = answered(host, question)
        if question[0] == "type":  # those who ask for a path ask for what is around it
            path = question[1]
            while path := path.rpartition("/")[0]:
                self.facts.setdefault(("type", path), answered(host, ("type", path)))

    def send(self, names: list[str], future: Any) -> None:
        """Send trees to the machine of the worker that has answered a task."""
        for name in names:
            for address in self.addresses(future):
                data = self.client.scatter(self.trees[name].data, workers=[address], hash=False, direct=False)
                put = self.client.submit(put_tree, name, data, workers=[address], pure=False)
                try:
                    put.result()
                except Exception as error:
                    if type(error).__name__ in ("KilledWorker", "CancelledError", "FutureCancelledError"):
                        continue  # it is gone, and another one will ask
                    raise EvalError(f"sending a tree to the worker {address}: {error}") from None

    def addresses(self, future: Any) -> Iterable[str]:
        """The workers that have the result of a task."""
        found = self.client.who_has([future]).values()
        return [address for addresses in found for address in addresses]

    def make_order(self) -> Order:
        """What is to be evaluated. Trees are packed now, unless workers see the same files."""
        self.facts[("now",)] = ("ok", int(self.command.host.now()))
        self.facts[("home",)] = ("ok", self.command.host.home())
        self.facts[("environment", "HOME")] = ("ok", self.command.host.get_env("HOME"))
        places = [] if self.command.shared_files else outermost(directories(self.command))
        for place in places:
            packed = pack(place)
            if packed is None:
                self.command.settings.warn(
                    f"the tree '{place}' is too large to be sent: each file is sent when it is read"
                )
            else:
                self.trees[packed.name] = packed
        data = recipe(self.command)
        trees = {packed.place: name for name, packed in self.trees.items()}
        if self.command.shared_files:
            trees = {"": ""}  # all that is here is there
        key = digest("sha256", data + repr(sorted(trees)).encode() + os.urandom(8)).hex()[:16]
        limit = self.command.max_memory_size << 20
        return Order(key, data, trees, frozenset(os.environ), limit, self.judge is not None)


def directories(command: Asking) -> list[str]:
    """The directories that programs will read: of what is named, and of the lookup path."""
    from nixlite.cli.explain.ways import FlakeWay, way_in
    from nixlite.host.lookup_path import lookup_path

    host, cwd = command.host, command.settings.cwd
    words = [path for _, path in lookup_path(command.settings, host)]
    for word in command.words:
        way = way_in(command, word)
        words.append(way.reference.removeprefix("path:") if isinstance(way, FlakeWay) else way.word)
    found = []
    for word in words:
        path = os.path.normpath(os.path.join(cwd, word or "."))
        if os.path.exists(path):
            found.append(project_of(os.path.realpath(path)))
            found.append(project_of(path))
    home = os.path.realpath(os.path.expanduser("~"))
    return [place for place in found if not is_private(place, home)]


def answered(host: Host, question: tuple[Any, ...]) -> tuple[str, Any]:
    """What this machine says: `ok` with the answer, None for what is not there, or `error` with a message."""
    kind, *rest = question
    try:
        if kind == "environment":
            return "ok", host.get_env(rest[0])
        if kind == "find":
            return "ok", host.find_program(rest[0])
        if kind == "run":
            name, arguments, data, more, capture = rest
            return "ok", host.run_program(name, arguments, data=data, environment=dict(more), capture=capture)
        path = rest[0]
        found = host.file_type(path)
        if kind == "type" or found is None:
            return "ok", found
        look = {
            "bytes": host.read_bytes,
            "link": host.read_link,
            "list": host.list_dir,
            "executable": host.is_executable,
            "modified": host.modified,
        }
        return "ok", look[kind](path)
    except NixError as error:
        return "error", error.message
    except OSError as error:
        return "error", f"{error.strerror or error}"


def run_on_cluster(command: Asking, report: Report, left: dict[Path, list[str]], deadline: Deadline) -> None:
    """Find jobs on the cluster that the command names. Raises NixError, Exhausted at the deadline."""
    try:
        import distributed
    except ModuleNotFoundError:
        raise UsageError("'--cluster' needs Dask, which is not installed", hint=HINT) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    local, client = None, None
    try:
        local, client = connected(command, distributed)
        cluster = Cluster(command, client, report, deadline)
        cluster.work.begin(left)
        cluster.run()
    except KeyboardInterrupt:
        end_at_once(local)
        raise
    except Exception:
        close(local, client)
        raise
    close(local, client)


def start_tracker() -> None:
    """Start the process with which Python sees to it that no semaphore is left over.

    It removes those of a cluster that is ended at once, as it is there for; it need not warn of that.
    """
    if os.name != "posix":
        return
    from multiprocessing import resource_tracker

    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = f"{before},{NO_WARNING}" if before else NO_WARNING
    try:
        resource_tracker.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before


def end_at_once(local: Any) -> None:
    """Let nobody wait for a cluster on this machine: evaluators end with their workers."""
    for nanny in local.workers.values() if local is not None else ():
        if nanny.process is not None and nanny.process.process is not None:
            nanny.process.process._process.kill()
    if local is not None:
        shutil.rmtree(local.nixlite_folder, ignore_errors=True)


def close(local: Any, client: Any) -> None:
    """Let a cluster go; one on this machine that does not end in time ends with this process."""
    try:
        if client is not None:
            client.close(timeout=CLOSE)
        if local is not None:
            local.close(timeout=CLOSE)
    except (TimeoutError, OSError):
        return
    finally:
        if local is not None:
            shutil.rmtree(local.nixlite_folder, ignore_errors=True)


def connected(command: Asking, distributed: Any) -> tuple[Any, Any]:
    """A cluster on this machine, if one was asked for, and a client. Raises NixError."""
    address = command.cluster
    try:
        if not address.startswith(LOCAL):
            return None, distributed.Client(address, timeout=5, set_as_default=False)
        text = address.removeprefix(LOCAL)
        count = natural(text)
        if not count:
            raise UsageError(f"'--cluster local:N' takes a number of workers, not '{text}'")
        command.shared_files = True
        return local_cluster(count, distributed)
    except (OSError, ValueError, TimeoutError) as error:
        raise EvalError(f"connecting to the cluster at '{address}': {error}") from None


def local_cluster(count: int, distributed: Any) -> tuple[Any, Any]:
    """A cluster on this machine, and a client.

    Ctrl-C is heard when there is one, and by nobody else: a worker that is being loaded would tell where.
    """
    import tempfile

    start_tracker()
    mask = getattr(signal, "pthread_sigmask", None)
    folder = tempfile.mkdtemp(prefix="nixlite-")
    cluster = None
    try:
        if mask is not None:
            mask(signal.SIG_BLOCK, {signal.SIGINT})  # which threads and processes begin with
        try:
            cluster = distributed.LocalCluster(
                n_workers=count, threads_per_worker=1, processes=True, dashboard_address=None,
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # else it wants port 8787, and says so
                local_directory=folder, silence_logs=logging.CRITICAL,
            )  # fmt: skip
            cluster.nixlite_folder = folder  # which goes with it
            client = distributed.Client(cluster, set_as_default=False)
        finally:
            if mask is not None:
                mask(signal.SIG_UNBLOCK, {signal.SIGINT})
    except KeyboardInterrupt:
        end_at_once(cluster)
        raise
    return cluster, client
