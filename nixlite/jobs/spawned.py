"""`python -m nixlite.jobs.spawned`: what a process does that `spawning` starts, nobody else."""

from __future__ import annotations

import gc
import os
import pickle
import socket
import sys

from nixlite.jobs.link import Link, end_with_parent
from nixlite.jobs.serving import BROKEN
from nixlite.jobs.spawning import command_of, ignore_interrupts


def main() -> None:
    """Connect, evaluate the set, and take steps until nobody asks any more."""
    from nixlite.runtime.collecting import POLICY
    from nixlite.runtime.frames import with_room

    link, data = connected()
    POLICY.begin(main)
    status = 0
    try:
        with_room(lambda _: serve(link, data), None)
    except OSError:  # nobody is there any more
        status = 1
    os._exit(status)


def connected() -> tuple[Link, bytes]:
    """The link to who started this process, and what that has to say."""
    ignore_interrupts()
    end_with_parent()
    gc.disable()  # what is no longer needed goes with the process, which ends when it is large
    port, token, data = pickle.load(sys.stdin.buffer)
    end = socket.create_connection(("127.0.0.1", port))
    end.sendall(token)
    return Link(end), data


def serve(link: Link, data: bytes) -> None:
    """Take steps; where the set cannot be evaluated, say why."""
    from nixlite.errors import NixError
    from nixlite.jobs.roots import make_server
    from nixlite.jobs.serving import LOG

    command = command_of(data)
    command.host.__dict__["write_stderr"] = lambda text: link.send(LOG, text)
    try:
        server = make_server(command)
    except NixError as error:
        if command.evaluator is not None:
            command.evaluator.explain(error)
        link.send(BROKEN, error.render(show_trace=command.settings.show_trace))
        return
    server.serve(link)


if __name__ == "__main__":
    main()
