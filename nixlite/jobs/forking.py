"""Processes that begin as copies of this one, with the set evaluated already: Unix.

The first copy takes some steps, until much of what all have in common is evaluated, and then becomes the
*template*: it evaluates nothing more, and the others are copies of it. What nobody changes they share; a
frozen heap is not touched by Python's collector (`gc.freeze`). A process that takes another's place has all
that at once.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from time import monotonic
from typing import TYPE_CHECKING

from nixlite.jobs.link import PIECE, Link, end_with_parent
from nixlite.jobs.serving import END, FORK, FORKED, NEXT, SETTLE
from nixlite.limits.memory import first_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nixlite.jobs.serving import Server

STATUS = "status"
"""What a template is asked: how a copy of it ended."""

MOST_WAIT = 100
"""Hundredths of a second that are waited for the end of a process whose link is closed."""


def can_fork() -> bool:
    """Whether there are such processes here."""
    return hasattr(os, "fork") and hasattr(socket, "send_fds") and sys.platform not in ("emscripten", "wasi")


class CannotFork(OSError):
    """The system has no process left, or no memory for one."""


class TemplateLink(Link):
    """The link of a template, on which sockets come as well."""

    def __init__(self, end: socket.socket) -> None:
        super().__init__(end)
        self.sockets: list[int] = []

    def receive(self) -> bool:
        """See `Link`."""
        try:
            data, numbers, _, _ = socket.recv_fds(self.end, PIECE, 4)
        except ConnectionError:
            return False
        self.sockets += numbers
        self.pending += data
        return bool(data)


class Forked:
    """A process that was forked, as the one that hands out work sees it; *template* made it, if one did."""

    def __init__(self, link: Link, number: int, template: Forked | None = None) -> None:
        self.link = link
        self.number = number
        self.template = template
        self.since = monotonic()

    def resident(self) -> int:
        """Bytes of memory that it takes, with what it shares; 0 where the system does not tell."""
        return resident_of(self.number)

    def processor(self) -> float:
        """Seconds of the processor that it has used; of the clock where the system does not tell."""
        try:
            fields = first_bytes(f"/proc/{self.number}/stat", 2000).rpartition(b")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except (OSError, ValueError, IndexError):
            return monotonic() - self.since

    def kill(self) -> None:
        """End it, whatever it does."""
        try:
            os.kill(self.number, signal.SIGKILL)
        except ProcessLookupError:
            return

    def ended(self) -> int | None:
        """Its exit code, negative for a signal, once its link is closed; None where nobody knows."""
        if self.template is None:
            return wait_for(self.number)
        try:
            self.template.link.send(STATUS, self.number)
            while (message := self.template.link.read()) is not None:
                if message[0] == STATUS:
                    status: int | None = message[1]
                    return status
        except OSError:
            pass
        return None


def resident_of(number: int) -> int:
    """Bytes of memory that a process takes; 0 where the system does not tell."""
    try:
        pages = int(first_bytes(f"/proc/{number}/statm", 200).split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def wait_for(number: int) -> int | None:
    """The exit code of a child that is about to end; None if it does not, or is none."""
    import time

    for _ in range(MOST_WAIT):
        try:
            found, status = os.waitpid(number, os.WNOHANG)
        except ChildProcessError:
            return None
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    return None


def fork(server: Server, others: Iterable[Link], *, template: bool = False) -> Forked:
    """A copy of this process that serves. *others*: links of this process that are no business of its.

    Raises CannotFork.
    """
    here, there = socket.socketpair()
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        number = os.fork()
    except OSError as error:
        here.close()
        there.close()
        raise CannotFork(error.errno, error.strerror) from None
    if not number:
        here.close()
        for link in others:
            link.close()
        run_copy(
            lambda: serve_as_template(server, TemplateLink(there)) if template else served(server, there)
        )
    there.close()
    return Forked(Link(here), number)


def fork_from(template: Forked) -> Forked | None:
    """A copy of the template that serves; None where the template is gone. Raises CannotFork."""
    here, there = socket.socketpair()
    try:
        import marshal

        data = marshal.dumps((FORK,))
        socket.send_fds(template.link.end, [len(data).to_bytes(4, "little") + data], [there.fileno()])
        there.close()
        while (message := template.link.read()) is not None:
            if message[0] == FORKED and message[1] < 0:
                here.close()
                raise CannotFork(-message[1], os.strerror(-message[1]))
            if message[0] == FORKED:
                return Forked(Link(here), message[1], template)
    except ConnectionError:
        there.close()
    here.close()
    return None


def served(server: Server, end: socket.socket) -> None:
    """Serve on a socket."""
    end_with_parent()
    server.begin()
    server.serve(Link(end))


def run_copy(work: Callable[[], None]) -> None:
    """What a new process does: it never returns. Ctrl-C is the business of the one that handed out work."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, 0)
        gc.disable()  # what is no longer needed goes with the process, which ends when it is large
        work()
        status = 0
    except OSError:  # nobody is there any more
        status = 0
    except BaseException:
        from traceback import print_exc

        print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def serve_as_template(server: Server, link: TemplateLink) -> None:
    """Take the steps that are asked for; then make copies, and tell how they ended."""
    while (message := link.read()) is not None and message[0] != END:
        if message[0] == STATUS:
            link.send(STATUS, wait_for(message[1]))
        elif message[0] == FORK:
            end = link.sockets.pop(0)
            try:
                number = os.fork()
            except OSError as error:
                os.close(end)
                link.send(FORKED, -(error.errno or 1))
                continue
            if not number:
                link.close()
                for other in link.sockets:
                    os.close(other)
                served(server, socket.socket(fileno=end))
                return
            os.close(end)
            link.send(FORKED, number)
        elif message[0] == SETTLE:
            server.settle(link)
            gc.freeze()
            link.send(NEXT)
        else:
            server.take(link, message[1])
            link.send(NEXT)
    if message is not None:
        server.leave(link)
