"""A compiled unit: what the compiler makes, the cache keeps and the evaluator runs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Table = tuple[tuple[str, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]


IS_SET = "is_set"
"""A name that the code of a source defines when it is a set, written down."""


class Code:
    """The code of one source or of a piece of one (see `analysis.deferral`).

    *code*: the module's Python code, which defines `main(scope)` (of a piece: `main(environment)`). *sites*:
    the rows of `abi.sites`, marshalled, for only messages need them. *lambdas*: by the Python function's
    name, the arguments of `runtime.values.LambdaInfo`. *name*: the source's name. *tables*: for each group
    with pieces, names in the order of the bindings; for each name the number of its piece, -1 where it is
    bound to something else; lines and columns of the bindings, none where the thunks carry no position.
    *names*: of a source, `Source.names` with NUL between them. *groups*: names that have to be in this order
    where the code is used (see `analysis.facts.NameOrder`).
    """

    __slots__ = ("code", "groups", "lambdas", "name", "names", "sites", "tables")

    def __init__(
        self,
        code: Any,
        sites: bytes,
        lambdas: dict[str, tuple[Any, ...]],
        name: str,
        tables: tuple[Table, ...] = (),
        names: str = "",
        groups: tuple[tuple[str, ...], ...] = (),
    ) -> None:
        self.code = code
        self.sites = sites
        self.lambdas = lambdas
        self.name = name
        self.tables = tables
        self.names = names
        self.groups = groups

    @property
    def is_set(self) -> bool:
        """Whether the source is a set that is written down, and no program that computes one."""
        return IS_SET in self.code.co_names

    def data(self) -> tuple[Any, ...]:
        """What can be marshalled: the arguments of `Code`."""
        return (self.code, self.sites, self.lambdas, self.name, self.tables, self.names, self.groups)
