"""What repairs are made from, and what one is: an edit of the user's source that can tell whether it
worked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.explain.stale.facts import differences, is_package, value_of
from nixlite.explain.stale.fix.effects import Effect
from nixlite.explain.stale.fix.writing import code_of, writing
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.explain.stale.fix.text_edits import Edit
    from nixlite.explain.stale.fix.writing import Writing
    from nixlite.explain.stale.givens import Layer
    from nixlite.explain.stale.reach import Reached
    from nixlite.explain.stale.record import Record, Runs
    from nixlite.source import Source


class Repair(NamedTuple):
    """Edits of a source; *code* is what is written then, *check* tells what came of it (nothing: it is no
    repair), *say* why it helps. *whole*: the code stands in place of the whole call."""

    source: Source
    code: str
    edits: list[Edit]
    check: Callable[[Record], list[Effect]]
    say: str
    assumes_hash: bool = False
    whole: bool = True


class Case(NamedTuple):
    """What repairs are made from."""

    runs: Runs
    item: Reached
    results: list[Reached]

    @property
    def layer(self) -> Layer:
        """The override."""
        return self.item.layer

    @property
    def written(self) -> Writing:
        """How it is written."""
        assert self.layer.observation is not None
        return writing(self.layer.observation.site)

    def changes(self, record: Record) -> list[Effect]:
        """What the program is built with now that it was not before."""
        first = self.runs.first
        if (
            not is_package(record.found, record.value)
            or record.drv == first.drv
            or not isinstance(record.drv, str)
        ):
            return []
        rows = differences(first.found, first.value, record.found, record.value)
        return [Effect(row.path, row.old, value_of(record.found, row.new), True) for row in rows]

    def code_of(self, name: str) -> str | None:
        """The text of a value that the override gives."""
        container = self.written.container
        binding = container.bindings.get(name) if container is not None else None
        if binding is None or binding.value is None or binding.kind != n.PLAIN:
            return None
        return code_of(self.written.text, binding.value)

    def call(
        self, function: str, argument: str, say: str, check: Callable[[Record], list[Effect]] | None = None
    ) -> Repair:
        """The call with another function or argument."""
        site = self.written.site
        code = f"{self.written.source(site.subject)}.{function} {argument}"
        edit = (site.call.function.start, site.argument.end, code)
        return Repair(site.source, code, [edit], check or self.changes, say)
