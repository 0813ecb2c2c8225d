"""What workers of a cluster have noted, seen from the machine that keeps it.

A worker tells what it asked, and of the trees that it has what the answer was. Here the same is asked of this
disk: what is answered as there is kept as if it had been asked here. What is answered otherwise, since it
has changed meanwhile or the worker's mount is older, nobody can keep. Of all that is in no tree this machine
was asked, and has its answers.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nixlite.jobs.cluster.remote import made_by
from nixlite.jobs.noting import ENVIRONMENT, ODD
from nixlite.results.questions import CONTENTS, FileRow, ask, signature

if TYPE_CHECKING:
    from nixlite.jobs.cluster.remote import Outcome
    from nixlite.jobs.noting import Key
    from nixlite.results.questions import Answers
    from nixlite.results.witness import Witness


class Judge:
    """Says what is so here of what workers have noted; *host* has answered what they asked of here."""

    def __init__(self, host: Witness) -> None:
        self.host = host
        self.files = host.record.files

    def judged(self, outcome: Outcome) -> list[Any]:
        """The notes of a task as `NotingServer.tell` would tell them here; none from another Python or
        nixlite."""
        if outcome.made_by != made_by():
            return []
        return [self.one(*notes) for notes in outcome.notes]

    def one(
        self, who: bytes, items: Any, questions: Any, joins: bytes, common: Any, rows: Any, facts: Any
    ) -> Any:
        """What an evaluator has told at once."""
        given: dict[bytes, Answers] = {raw: answers for raw, _, _, answers in rows}
        found: list[tuple[int, Key]] = []
        asked: dict[bytes, FileRow] = {}
        environment: dict[str, str | None] = {}
        for number, question in questions:
            about = question[0]
            if isinstance(about, bytes):
                row = asked[about] = self.ask(*question)
                own = row.answers[question[1]]
                if given.get(about, {}).get(question[1], own) != own:
                    question = ODD, f"'{os.fsdecode(about)}', of which a worker has had another version"
            elif about == ENVIRONMENT:
                environment[question[1]] = self.host.env.get(question[1])
            found.append((number, question))
        told = [(raw, row.here, row.there, row.answers) for raw, row in asked.items()]
        return who, items, found, joins, common, told, (environment, facts[1])

    def ask(self, raw: bytes, kind: str) -> FileRow:
        """All that this disk has answered about a path, now or before, one question among that."""
        row = self.files.get(raw)
        if row is None:
            here = signature(raw, follow=False)
            row = self.files[raw] = FileRow(here, here, {})
        if kind not in row.answers:
            if kind == CONTENTS:
                row.there = signature(raw, follow=True)
            row.answers[kind] = ask(raw, kind)
        return row
