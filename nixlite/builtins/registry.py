"""How a builtin is declared.

    @builtin("elemAt", args=("xs", "n"))
    def elem_at(xs: Lazy, n: Lazy) -> Value:
        \"\"\"Return element *n* of the list *xs*, counting from 0.

        (further paragraphs are for us; the first one is what `:doc` shows)
        \"\"\"

Arguments arrive **unforced**, and the function forces them with `expect.force_…` in the order and with the
texts of Nix's own implementation: that order decides which of two errors a user sees. The result is in WHNF.
Where Nix's frame texts are irregular they are simply the strings in those calls.

`state=True`: the evaluator's `State` comes last. `top_level=True`: a global without `builtins.` (the others
are globals under `__name`). `feature`: only there when that experimental feature is on. `impure=True`: absent
in pure evaluation. `trace=False`: a failing call adds no frame. For the compiler: `forces`, which arguments
the function forces before it does anything else, in its order (see `abi.signatures`); `keeps`, the number of
the one that it hands on as it is.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.abi.signatures import Forced


class Declaration:
    """One row of the registry. `is_constant` rows are values computed from the `State`, not functions."""

    __slots__ = (
        "arguments", "feature", "forces", "function", "impure", "is_constant", "keeps", "name", "state",
        "top_level", "trace",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        arguments: tuple[str, ...],
        state: bool,
        top_level: bool,
        feature: str | None,
        impure: bool,
        trace: bool,
        is_constant: bool,
        forces: tuple[Forced, ...] = (),
        keeps: int | None = None,
    ) -> None:
        self.name = name
        self.function = function
        self.arguments = arguments
        self.state = state
        self.top_level = top_level
        self.feature = feature
        self.impure = impure
        self.trace = trace
        self.is_constant = is_constant
        self.forces = forces
        self.keeps = keeps


REGISTRY: dict[str, Declaration] = {}
PARTS: dict[Callable[..., Any], str] = {}
"""Functions that are not a builtin's own, but shown as it."""


def builtin(
    name: str,
    args: tuple[str, ...],
    *,
    state: bool = False,
    top_level: bool = False,
    feature: str | None = None,
    impure: bool = False,
    trace: bool = True,
    forces: tuple[Forced, ...] = (),
    keeps: int | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the decorated function as `builtins.<name>`; see the module's text."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        REGISTRY[name] = Declaration(
            name, function, args, state, top_level, feature, impure, trace, False, forces, keeps
        )
        return function

    return declare


def part_of(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare that a trace shows the decorated function as the builtin *name*."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        PARTS[function] = name
        return function

    return declare


def constant(
    name: str, *, top_level: bool = False, feature: str | None = None, impure: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a builtin that is no function; the decorated function takes the `State`, gives a `Lazy`."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        REGISTRY[name] = Declaration(name, function, (), True, top_level, feature, impure, False, True)
        return function

    return declare
