"""`python -m nixlite.jobs.cluster.afar`: steps taken on a machine that has not the user's files.

What has to be asked of the user's machine first (`far`) stops the step; it is taken again when the answer
comes, and goes on where it was, since thunks that were interrupted are as before.
"""

from __future__ import annotations

import os
import pickle
import sys
from typing import TYPE_CHECKING, Any

from nixlite.errors import NixError
from nixlite.jobs.cluster.far import FarHost, NotingFarHost, Wanted
from nixlite.jobs.serving import BROKEN, END, FULL, LOG, NEXT, WANTED
from nixlite.jobs.spawned import connected
from nixlite.jobs.spawning import command_of

if TYPE_CHECKING:
    from nixlite.jobs.cluster.far import Question
    from nixlite.jobs.link import Link
    from nixlite.jobs.serving import Server


class Afar:
    """Takes steps as long as it is asked to; the set is evaluated when that is first needed."""

    def __init__(self, link: Link, data: bytes) -> None:
        self.link = link
        self.recipe, trees, names, self.notes = pickle.loads(data)
        self.facts: dict[Question, Any] = {}
        self.host = self.host_for(trees, names)
        self.host.__dict__["write_stderr"] = lambda text: link.send(LOG, text)
        self.server: Server | None = None

    def host_for(self, trees: dict[str, str], names: frozenset[str]) -> FarHost:
        """The user's machine; one that gives each question a number where notes are taken."""
        kind = NotingFarHost if self.notes else FarHost
        return kind().of(trees, self.facts, names)

    def serve(self) -> None:
        """Answer what is asked, until nobody asks any more or the process has grown large."""
        while (message := self.link.read()) is not None and message[0] != END:
            _, paths, facts = message
            self.facts.update(pickle.loads(facts))
            answer: tuple[Any, ...] = (NEXT,)
            try:
                if not self.take(paths):
                    answer = (FULL,)
            except Wanted as wanted:
                answer = (WANTED, pickle.dumps(wanted.question))
            if self.server is not None:
                self.server.tell(self.link)
            self.link.send(*answer)
            if answer == (FULL,):
                return

    def take(self, paths: list[tuple[str, ...]]) -> bool:
        """Take steps; False where the process is too large."""
        if self.server is None:
            self.server = self.made()
        return self.server is None or self.server.take(self.link, paths)

    def made(self) -> Server | None:
        """The set, evaluated; None where that fails, of which is told."""
        from nixlite.jobs.roots import make_server

        command = command_of(self.recipe, self.host.twin())
        try:
            server = make_server(command, notes=self.notes)
        except NixError as error:
            if command.evaluator is not None:
                command.evaluator.explain(error)
            self.link.send(BROKEN, error.render(show_trace=command.settings.show_trace))
            return None
        if self.notes:
            server.prepare()
            server.begin()
        return server


def main() -> None:
    """Connect and serve."""
    from nixlite.runtime.collecting import POLICY
    from nixlite.runtime.frames import with_room

    link, data = connected()
    POLICY.begin(main)
    status = 0
    try:
        with_room(lambda _: Afar(link, data).serve(), None)
    except OSError:
        status = 1
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
