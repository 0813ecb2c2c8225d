"""The session: the REPL in a pane. It sees the files of the page: `:l pkgs.nix`, `import ./lib.nix`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.limits.budget import Budget, Limits
from nixlite.playground.bridge.desk import SECONDS
from nixlite.repl.session import Session
from nixlite.repl.terminal.completion import complete_or_fail

if TYPE_CHECKING:
    from nixlite.playground.bridge.desk import Desk

LONGEST = 100_000
"""Characters of one answer that are sent."""


class Talk:
    """A session that lasts until it is begun anew."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.session = self.begin()

    def begin(self) -> Session:
        """A session in which nothing is bound."""
        session = Session(self.desk.make_evaluator())
        session.pager = False
        self.session = session
        return session

    def send(self, text: str) -> dict[str, Any]:
        """What comes of an input: `pieces`, pairs of a stream and a text; `incomplete` where more lines are
        needed. Each input has its own limit of time."""
        session = self.session
        session.evaluator.budget = Budget(Limits(seconds=SECONDS))
        self.desk.host.said()
        reply = session.send(text)
        said = self.desk.host.said()
        pieces = [["err", said]] if said else []
        pieces += [[stream, shortened(piece)] for stream, piece in reply.pieces]
        return {"pieces": pieces, "incomplete": reply.incomplete, "quit": reply.quit}

    def complete(self, text: str) -> dict[str, Any]:
        """What may stand at the end of an input."""
        self.session.evaluator.budget = Budget(Limits(seconds=SECONDS))
        found, problem = complete_or_fail(self.session, text)
        return {
            "options": [{"text": one.text, "length": one.length, "note": one.note} for one in found[:100]],
            "problem": problem,
        }


def shortened(text: str) -> str:
    """A text that a page can show."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n… ({len(text) - LONGEST} more characters)\n"
