"""What is known where in a function that is being written, as far as evaluation has come there."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

    from nixlite.analysis.facts import Variable

    Choice = tuple["Flow", Variable, str, bool]
    """The selection of a name from a variable in a function, and whether it has a default."""

    Facts = frozenset[Variable | Choice]

MOST_KNOWN = 256
"""Facts that are kept in mind: each one more copies the set of them."""


class Flow:
    """The statements of a function so far, and what is known after them.

    *known*: variables that are certainly in WHNF here (a value, not a thunk), as far as evaluation has come,
    and selections that were made;
    *hoist_known*: the same at the beginning of the current statement, for what is created before it.
    *block*: where statements are written to; *blocks*: it lies in so many others.
    """

    __slots__ = ("block", "blocks", "hoist_known", "known")

    def __init__(self, known: Facts) -> None:
        self.known = known
        self.hoist_known = known
        self.block: list[ast.stmt] = []
        self.blocks = 0

    def learn(self, fact: Variable | Choice) -> None:
        """Say that a variable is in WHNF from here on, or that a selection was made. Of very many the earlier
        ones are forgotten."""
        self.known = self.known | {fact} if len(self.known) < MOST_KNOWN else frozenset((fact,))

    def branch(self, block: list[ast.stmt] | None = None) -> Branch:
        """A context: what is written in it may not be run. Its statements go to *block*, if there is one."""
        return Branch(self, block)

    def emit(self, statement: ast.stmt) -> None:
        """Append a statement to the current block."""
        self.block.append(statement)
        self.hoist_known = self.known

    def hoist(self, statement: ast.stmt) -> None:
        """Put something that needs no evaluation before the statement being written."""
        self.block.append(statement)


class Branch:
    """A part of a function that may not be run: what is learned in it is forgotten after it.

    `known`: what is known at its end.
    """

    __slots__ = ("block", "flow", "known", "outer", "outer_block")

    def __init__(self, flow: Flow, block: list[ast.stmt] | None) -> None:
        self.flow = flow
        self.block = block
        self.outer = self.known = flow.known
        self.outer_block = flow.block

    def __enter__(self) -> Branch:
        if self.block is not None:
            self.enter_block(self.block, 1)
        return self

    def __exit__(self, *error: object) -> None:
        self.known, self.flow.known = self.flow.known, self.outer
        if self.block is not None:
            self.enter_block(self.outer_block, -1)

    def enter_block(self, block: list[ast.stmt], deeper: int) -> None:
        """Write to *block* from here on."""
        flow = self.flow
        flow.block = block
        flow.blocks += deeper
        flow.hoist_known = self.outer
