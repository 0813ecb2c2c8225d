"""A fix that was tried, and its effects: what came of evaluating it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.stale.fix.text_edits import Edit


class Effect(NamedTuple):
    """What a fix does to an attribute: its value before and then, and whether that is what it should be."""

    path: tuple[str, ...]
    before: Any
    after: Any
    ok: bool


class Fix(NamedTuple):
    """*code* is what to write at *place*: the overriding set, or (*whole*) the expression in place of the
    overriding call. *effects* are what came of evaluating it; *drv* the .drv file of what is asked about
    then. *same*: it has the same .drv file as now. *equal*: the package is built as it would be had the
    values been there from the start, hashes aside. *edits* are those of the source, *instead* is the call
    that is replaced."""

    code: str
    place: Place
    effects: list[Effect]
    assumes_hash: bool
    say: str
    whole: bool
    drv: str | None
    equal: bool
    same: bool
    edits: list[Edit]
    instead: str

    @property
    def successes(self) -> int:
        """How many things are as they should be."""
        return sum(item.ok for item in self.effects)

    @property
    def ok(self) -> bool:
        """Whether it does all that it is for."""
        return self.drv is not None and (
            self.equal or (bool(self.effects) and all(item.ok for item in self.effects))
        )
