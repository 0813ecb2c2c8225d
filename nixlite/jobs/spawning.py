"""Processes that begin anew and evaluate the set themselves: where none can be forked (Windows), on request.

They are told what to evaluate on their standard input and serve on a connection to this machine's own
address. Whoever connects has to know what only they were told.
"""

from __future__ import annotations

import os
import pickle
import secrets
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from nixlite.errors import EvalError
from nixlite.jobs.forking import resident_of
from nixlite.jobs.link import Link
from nixlite.resources import PACKAGE

if TYPE_CHECKING:
    from nixlite.host.host import Host
    from nixlite.jobs.asking import Asking

NOTE = (
    "processes cannot be forked here: each of the {count} evaluates the whole set for itself, which takes"
    " longer and more memory"
)

TOKEN = 16
"""Bytes that a process says first."""

GREETING = 10.0
"""Seconds that who connects has for that."""

START = 120.0
"""Seconds that a process has for connecting."""


def recipe(command: Asking) -> bytes:
    """All that a command line has said, for a process that evaluates the same."""
    settings = {
        name: getattr(command.settings, name) for name in command.settings.__slots__ if name != "warn"
    }
    wants_input = any(kind == "arg-from-stdin" for kind, _ in command.auto_arguments.values())
    fields = {
        name: value
        for name, value in vars(command).items()
        if name not in ("settings", "host", "evaluator", "watch", "budget", "debugged", "ended_by", "locking")
    }
    stdin = command.host.read_stdin() if wants_input else b""
    return pickle.dumps((fields, settings, vars(command.locking), stdin))


def command_of(data: bytes, host: Host | None = None) -> Asking:
    """The command that `recipe` was made of, for a host, which gets the standard input of then; for this
    machine where none is given."""
    from nixlite.host.real import RealHost
    from nixlite.host.settings import Settings
    from nixlite.jobs.asking import Asking

    fields, given, locking, stdin = pickle.loads(data)
    settings = Settings(cwd=given["cwd"])
    for name, value in given.items():
        setattr(settings, name, value)
    if host is not None:
        vars(host)["stdin"] = stdin
    command = Asking(settings, host or RealHost(stdin=stdin))
    vars(command).update(fields)
    vars(command.locking).update(locking)
    return command


class Spawned:
    """A process that was started anew, as the one that hands out work sees it."""

    def __init__(self, link: Link, child: subprocess.Popen[bytes]) -> None:
        self.link = link
        self.child = child

    def resident(self) -> int:
        """Bytes of memory that it takes; 0 where the system does not tell."""
        return resident_of(self.child.pid)

    def kill(self) -> None:
        """End it, whatever it does."""
        self.child.kill()

    def ended(self) -> int | None:
        """Its exit code, negative for a signal; None where it does not end."""
        try:
            return self.child.wait(1.0)
        except subprocess.TimeoutExpired:
            return None


class Spawning:
    """Processes of a command that are started anew."""

    templates = False

    def __init__(self, command: Asking) -> None:
        self.recipe = recipe(command)
        if command.workers > 1 or not hasattr(os, "fork"):
            command.settings.warn(NOTE.format(count=command.workers))

    def first(self, links: list[Link]) -> Any:
        """See `pool.Kind`."""
        return spawn(self.recipe)

    def another(self, template: Any, links: list[Link]) -> Any:
        """See `pool.Kind`."""
        return spawn(self.recipe)


def spawn(data: bytes, module: str = "nixlite.jobs.spawned") -> Spawned:
    """A process that serves. Raises EvalError where there is none."""
    token = secrets.token_bytes(TOKEN)
    environment = {**os.environ, "PYTHONPATH": path_for_python()}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        child = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment, start_new_session=False,
        )  # fmt: skip
        assert child.stdin is not None
        try:
            child.stdin.write(pickle.dumps((listener.getsockname()[1], token, data)))
            child.stdin.close()
            return Spawned(accepted(listener, child, token), child)
        except OSError as error:
            child.kill()
            raise EvalError(f"starting an evaluation worker: {error}") from None


def path_for_python() -> str:
    """Where the new process finds nixlite, and all that this one finds."""
    return os.pathsep.join(dict.fromkeys([os.path.dirname(PACKAGE), *filter(None, sys.path)]))


def accepted(listener: socket.socket, child: subprocess.Popen[bytes], token: bytes) -> Link:
    """The connection of a new process."""
    listener.settimeout(0.2)
    for _ in range(int(START / 0.2)):
        try:
            end, _ = listener.accept()
        except TimeoutError:
            if child.poll() is not None:
                raise OSError(f"it ended with exit code {child.returncode}") from None
            continue
        end.settimeout(GREETING)
        if greeting(end) == token:
            end.settimeout(None)
            return Link(end)
        end.close()
    raise OSError("it does not answer")


def greeting(end: socket.socket) -> bytes:
    """What somebody says who connects: nothing is made of it before it is known who that is."""
    data = b""
    try:
        while len(data) < TOKEN and (more := end.recv(TOKEN - len(data))):
            data += more
    except OSError:
        return b""
    return data


def ignore_interrupts() -> None:
    """Ctrl-C is the business of the one that hands out work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
