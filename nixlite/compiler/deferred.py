"""Lowering of groups with pieces (see `analysis.deferral`): what the code around them holds, and the pieces.

The environment of a group is a list: first the dictionary of the group, whose thunks the pieces see each
other in, then the variables that they use. It is filled last, when all of those exist.
"""

from __future__ import annotations

from nixlite.compiler import emit
from nixlite.compiler.unit import Function, Unit

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from nixlite.analysis.facts import Group, Variable
    from nixlite.cache.code import Code, Table


class Deferred:
    """A group with pieces whose other bindings are being written.

    *holder*, *environment*: the Python variables of its dictionary and of the environment.
    """

    __slots__ = ("environment", "group", "holder")

    def __init__(self, group: Group, holder: str, environment: str) -> None:
        self.group = group
        self.holder = holder
        self.environment = environment


class Slot:
    """A place in a function, kept free for statements of which only what is written after it tells.

    It is the body of an `if True:`, which Python's compiler leaves out; a list that is filled up while the
    function is being written.
    """

    __slots__ = ("statements",)

    def __init__(self, f: Function) -> None:
        self.statements: list[ast.stmt] = [emit.Pass()]
        f.hoist(emit.If(emit.constant(True), self.statements, []))

    def put(self, statement: ast.stmt) -> None:
        """Add a statement at this place."""
        self.statements.append(statement)


def layout(unit: Unit, group: Group) -> dict[Variable, int]:
    """The variables that the environment has, by place: what all pieces use but constants and each other."""
    found = unit.layouts.get(group)
    if found is None:
        variables = [v for v in group.free if v not in unit.constants and v not in group.own]
        found = unit.layouts[group] = {variable: place for place, variable in enumerate(variables, 1)}
    return found


def table(unit: Unit, group: Group, with_positions: bool, *, whole: bool) -> Table:
    """The row of `Code.tables`: of the whole set, so that its names keep their order, or of the pieces."""
    bindings = group.attrs.bindings
    names = tuple(bindings) if whole else tuple(group.members)
    numbers = tuple([group.members.get(name, -1) for name in names])
    if not with_positions:
        return (names, numbers, (), ())
    lines, columns = unit.source.line_columns([bindings[name].pos for name in names])
    return (names, numbers, tuple(lines), tuple(columns))


def new_group(f: Function, row: Table, environment: ast.expr) -> str:
    """Make the dictionary of a group; the name of its variable."""
    holder = f.unit.fresh("d")
    index = emit.constant(len(f.unit.tables))
    f.unit.tables.append(row)
    f.hoist(emit.assign(holder, emit.call(None, "deferred", index, environment)))
    return holder


def make_group(f: Function, group: Group) -> str:
    """The dictionary of a set that is not recursive, the places of what is no piece still empty."""
    reads = [emit.name(f.use(variable)) for variable in layout(f.unit, group)]
    environment = emit.tuple_of([emit.constant(None), *reads])
    return new_group(f, table(f.unit, group, True, whole=True), environment)


def begin_group(f: Function, group: Group, with_positions: bool) -> Deferred:
    """Make the thunks of a `let` or `rec`, their environment still empty; who uses one fetches it."""
    environment = f.unit.fresh("e")
    f.hoist(emit.assign(environment, emit.list_of()))
    row = table(f.unit, group, with_positions, whole=with_positions)
    holder = new_group(f, row, emit.name(environment))
    slot = Slot(f)

    def fetch(variable: Variable) -> None:
        read = emit.item(emit.name(holder), group.own[variable])
        slot.put(emit.assign(f.unit.name_of(variable), read))

    for variable in group.own:
        f.members[variable] = fetch
    return Deferred(group, holder, environment)


def fill_environment(f: Function, deferred: Deferred) -> None:
    """Give the pieces their variables, now that all are assigned."""
    reads = [emit.name(f.use(variable)) for variable in layout(f.unit, deferred.group)]
    values = emit.tuple_of([emit.name(deferred.holder), *reads])
    method = emit.Attribute(emit.name(deferred.environment), "extend", emit.LOAD)
    f.hoist(emit.statement(emit.call(None, method, values)))


def piece_function(unit: Unit, number: int) -> ast.stmt:
    """`def main(environment)`, the value of a piece."""
    piece = unit.analysis.pieces[number]
    function = Function(unit, None, frozenset())
    function.tail(piece.tree())
    places = layout(unit, piece.group)
    reads: list[ast.stmt] = []
    for variable in function.captures:
        name = piece.group.own.get(variable)
        if name is None:
            read = emit.item(emit.name("environment"), places[variable])
        else:
            read = emit.item(emit.item(emit.name("environment"), 0), name)
        reads.append(emit.assign(unit.name_of(variable), read))
    return emit.function("main", ["environment"], [*reads, *function.block])


class PieceCompiler:
    """Compiles the pieces of a source whose main part was lowered: only then are its variables classified.

    *finish*: makes a module's code of its functions. Pieces in pieces need theirs lowered first.
    """

    def __init__(self, unit: Unit, finish: Callable[[Unit, ast.stmt], Code]) -> None:
        self.unit = unit
        self.finish = finish
        self.lowered: set[int] = {-1}
        self.part = unit
        """The module that was written last."""

    def __call__(self, number: int) -> Code:
        """The code of a piece."""
        outside = []
        parent = self.unit.analysis.pieces[number].group.parent
        while parent not in self.lowered:
            outside.append(parent)
            parent = self.unit.analysis.pieces[parent].group.parent
        for outer in reversed(outside):
            self.lower(outer, self.unit.part())
        self.part = unit = self.unit.part()
        return self.finish(unit, self.lower(number, unit))

    def lower(self, number: int, unit: Unit) -> ast.stmt:
        """Write a piece into a module."""
        unit.inlines = unit.counted or self.unit.analysis.pieces[number].group.often
        function = piece_function(unit, number)
        self.lowered.add(number)
        return function
