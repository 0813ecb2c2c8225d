"""What values and conversions need of the `Evaluator` that they belong to, and of each other."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol, TypeAlias, TypeVar

    from nixlite.evaluator import Evaluator
    from nixlite.host.host import Host
    from nixlite.runtime.values import Lazy, PrimOp

    T = TypeVar("T")
    Origin: TypeAlias = Any
    """How a value came about: see `origins`."""

    Reader: TypeAlias = "Callable[[Lazy, Owner], Any]"
    """What makes of an argument what a Python function is given."""

    class Owner(Protocol):
        """An evaluator as Python programs have it (`nixlite.api.Evaluator`)."""

        @property
        def engine(self) -> Evaluator:
            """What evaluates."""

        @property
        def host(self) -> Host:
            """The host as it was given: the engine's may show less of it."""

        def explained(self, compute: Callable[[], T]) -> T:
            """Run *compute*, which evaluates; an error that it raises gets its position and trace."""

        def value_of(self, nix: Any, origin: Origin = None) -> Handle:
            """A `Value`, for a Nix value in weak head normal form."""

        def function_of(self, function: Callable[..., Any]) -> PrimOp:
            """A Nix function that calls a Python one."""

        def nix_of(self, value: Handle) -> Lazy:
            """The Nix value of a `Value`, which may be another evaluator's."""


class Handle:
    """A Nix value in weak head normal form, *nix*, and the evaluator that it is from: what is common to all
    kinds of `value.Value`. *origin* tells how it came about, where that is known (`origins`)."""

    __slots__ = ("evaluator", "nix", "origin")

    def __init__(self, nix: Any, evaluator: Owner, origin: Origin = None) -> None:
        self.nix = nix
        self.evaluator = evaluator
        self.origin = origin


def shown_place(keys: list[str | int]) -> str:
    """Where in an object something is, as Python writes it: `["a"][3]`."""
    return "".join([f"[{show_key(key)}]" for key in keys])


def show_key(key: str | int) -> str:
    """A key as it is written between brackets."""
    if isinstance(key, int):
        return str(key)
    text = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"' if text.isprintable() else repr(key)
