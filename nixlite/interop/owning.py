"""What values and conversions ask of an evaluator (`owner.Owner`), the same for all that are one."""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.interop.value import Value, value_of
from nixlite.limits.recursion import is_small
from nixlite.limits.stack import on_large_stack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from nixlite.evaluator import Evaluator
    from nixlite.host.host import Host
    from nixlite.interop.owner import Handle, Origin
    from nixlite.runtime.values import Lazy, PrimOp

    T = TypeVar("T")


class Owning:
    """What evaluates is `engine`; `host` is the host as it was given."""

    engine: Evaluator
    host: Host

    def explained(self, compute: Callable[[], T]) -> T:
        """Run *compute*, which evaluates; an error that it raises gets its position and trace."""
        if is_small():
            on_large: T = on_large_stack(lambda: self.explained(compute))
            return on_large
        try:
            found: T = self.engine.guard(lambda _: compute(), None)
        except NixError as error:
            self.engine.explain(error)
            raise
        return found

    def value_of(self, nix: Any, origin: Origin = None) -> Value:
        """A `Value`, for a Nix value in weak head normal form."""
        return value_of(nix, self, origin)

    def function_of(self, function: Callable[..., Any]) -> PrimOp:
        """A Nix function that calls a Python one."""
        from nixlite.interop.functions import python_function  # many programs have none

        return python_function(function, self)

    def nix_of(self, value: Handle) -> Lazy:
        """The Nix value of a `Value`, which may be another evaluator's."""
        nix: Lazy = value.nix
        return nix
