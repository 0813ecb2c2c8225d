"""What is there without any definition: the builtins, their arguments and documentation."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.runtime.values import PrimOp, linked

if TYPE_CHECKING:
    from nixlite.evaluator import Evaluator


class Builtin(NamedTuple):
    """A builtin: the names of its arguments (none for a constant), and what the manual says."""

    name: str
    arguments: tuple[str, ...]
    doc: str
    is_function: bool


class Library:
    """The builtins of Nix as nixlite has them; nothing is evaluated."""

    @cached_property
    def evaluator(self) -> Evaluator:
        """An evaluator that sees no machine."""
        from nixlite.evaluator import Evaluator
        from nixlite.host.memory import MemoryHost
        from nixlite.host.settings import Settings

        settings = Settings()
        settings.features = frozenset({*settings.features, "flakes", "fetch-tree"})
        return Evaluator(settings, MemoryHost({}))

    @cached_property
    def globals(self) -> frozenset[str]:
        """The names that may be used as they are."""
        return frozenset({*self.evaluator.state.globals, "__curPos"})

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names in `builtins`."""
        return tuple(sorted(self.evaluator.state.builtins))

    def builtin(self, name: str) -> Builtin | None:
        """A builtin, by its name in `builtins` or as a global."""
        state = self.evaluator.state
        value: Any = state.builtins.get(name.removeprefix("__"), state.globals.get(name))
        if value is None and name not in state.builtins and name not in state.globals:
            return None
        if type(value) is not PrimOp:
            return Builtin(name, (), "", False)
        found = linked(value)
        return Builtin(name, tuple(found.arguments), found.doc, True)
