"""The unit of compilation: one source text, the Python functions it becomes, and its site table.

Delayed expressions become *static* functions of the unit's module, which take the variables they need as one
tuple (or as the one value, when it is only one); Nix functions become Python closures inside the function
that creates them. `Function` is the Python function being written.
"""

from __future__ import annotations

from nixlite.abi.sites import CALLING_BUILTIN, CONTEXT, EMPTY, PLAIN, Site
from nixlite.compiler import emit
from nixlite.compiler.flow import Flow
from nixlite.syntax.nodes import NO_POS, AttrSet, ListLiteral

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable
    from typing import Any

    from nixlite.abi.signatures import Signatures
    from nixlite.abi.sites import Row
    from nixlite.analysis.escapes import Uses
    from nixlite.analysis.facts import Analysis, Group, Variable
    from nixlite.cache.code import Table
    from nixlite.compiler.flow import Choice, Facts
    from nixlite.source import Source
    from nixlite.syntax.nodes import Expr, Lambda

MAX_DEPTH = 40
"""Python expressions deeper than this are cut into helper functions: CPython's own compiler recurses on the C
stack, with limits that differ by version."""

MAX_NESTING = 12
"""The same for functions within functions."""

MAX_CLOSURES = 200
"""Python functions that one other defines: CPython's compiler copies the set of all its names for each."""

MAX_BLOCKS = 30
"""The same for `if` statements within each other."""


class Lowerings:
    """What lowers each kind of expression; the one there is stands in `lowerings`.

    *value*: how a value is computed, as a Python expression. *tail*: the same as statements that return it,
    for those kinds that gain from it or need it. *delayed*: how thunks are made for expressions of which some
    need no function of their own.
    """

    __slots__ = ("delayed", "tail", "value")

    def __init__(
        self,
        value: dict[type[Expr], Callable[[Function, Any], ast.expr]],
        tail: dict[type[Expr], Callable[[Function, Any], None]],
        delayed: dict[type[Expr], Callable[[Function, Any], Recipe | None]],
    ) -> None:
        self.value = value
        self.tail = tail
        self.delayed = delayed


class Unit:
    """What is shared by all functions of one source."""

    def __init__(
        self,
        source: Source,
        analysis: Analysis,
        signatures: Signatures,
        lowerings: Lowerings,
        instrumented: bool = False,
        counted: bool = False,
        stepping: bool = False,
        metered: bool = False,
    ) -> None:
        self.source = source
        self.lowerings = lowerings
        self.counted = counted
        """For an exact `max-call-depth`: each call is one of a Python function, made where Nix makes it."""
        self.instrumented = instrumented
        """For `explain`: every binding and delayed expression is a thunk of its own with a position, every
        reading of a variable forces it, and `//` says where it is."""
        self.stepping = stepping
        """For `explain.steps`: thunks say that they were made."""
        self.metered = metered
        """For a budget of steps or memory: functions say that they start, and strings and lists are joined by
        operations that look at their sizes first."""
        self.analysis = analysis
        self.signatures = signatures
        self.primops = signatures.arities
        """Arity of each builtin function, for calls that need no look-up."""
        self.sites: list[Row] = [EMPTY]
        self.lambdas: dict[str, tuple[Any, ...]] = {}
        self.setup: list[ast.stmt] = []
        self.statics: list[ast.stmt] = []
        self.names: dict[Variable, str] = {}
        self.constants: dict[Variable, ast.expr] = {}
        """Variables whose value is a constant expression of the module (evaluated, closed)."""
        self.functions: set[Variable] = set()
        """Variables that are bound to a compiled function: no thunk, no type test at calls."""
        self.builtins: dict[Variable, str] = {}
        """Variables that are bound to a built-in function: `inherit (builtins) map`."""
        self.uses: dict[Lambda, Uses] = {}
        """What functions do with their arguments, see `analysis.escapes`."""
        self.tables: list[Table] = []
        """For each group of bindings with pieces, the row of `Code.tables`."""
        self.layouts: dict[Group, dict[Variable, int]] = {}
        """For each such group, what the environment of its pieces has at which place."""
        self.heads: set[Expr] = set()
        """The functions that the source consists of, called once as a rule, see `analysis.deferral`."""
        self.inlines = counted
        """Whether what is being written may run often: then tests of types stand there, not calls that make
        them. They are most of the code, and code that runs once takes longer to compile than to run."""
        self._count = 0

    def part(self) -> Unit:
        """A module of its own for a piece: it shares what is known of the program's variables."""
        part = Unit(
            self.source, self.analysis, self.signatures, self.lowerings, self.instrumented, self.counted,
            self.stepping, self.metered,
        )  # fmt: skip
        part.constants = self.constants
        part.functions = self.functions
        part.builtins = self.builtins
        part.layouts = self.layouts
        part.uses = self.uses
        part.heads = self.heads
        return part

    def fresh(self, prefix: str) -> str:
        """A Python identifier that nothing else in the unit has."""
        self._count += 1
        return f"{prefix}{self._count}"

    def name_of(self, variable: Variable) -> str:
        """The Python identifier of a Nix variable, unique in the unit."""
        name = self.names.get(variable)
        if name is None:
            self._count += 1
            name = self.names[variable] = f"v{self._count}"
        return name

    def position(self, pos: int) -> tuple[str, int, int]:
        """(file, line, column) of an offset."""
        line, column = self.source.line_column(pos)
        return (self.source.name, line, column)

    def site(
        self, pos: int, parent: int, kind: int = PLAIN, text: str | tuple[str, ...] | None = None
    ) -> Site:
        """A new site at offset *pos* inside the context *parent*."""
        number = len(self.sites)
        if pos == NO_POS:
            self.sites.append((0, 0, parent, kind, text))
            return Site(1, 0, number)
        line, column = self.source.line_column(pos)
        self.sites.append((line, column, parent, kind, text))
        return Site(line, column, number)

    def site_like(self, context: Site) -> Site:
        """A new site inside *context*, at the same place."""
        line, column = self.sites[context.number][:2]
        number = len(self.sites)
        self.sites.append((line, column, context.number, PLAIN, None))
        return Site(context.line, context.column, number)

    def new_thunk(self, cells: list[ast.expr]) -> ast.expr:
        """The display of a thunk."""
        thunk = emit.list_of(*cells)
        return emit.call(None, "created", thunk) if self.stepping else thunk

    def shared(self, prefix: str, value: ast.expr) -> ast.expr:
        """A value of the module, computed once when the unit is loaded."""
        identifier = self.fresh(prefix)
        self.setup.append(emit.assign(identifier, value))
        return emit.name(identifier)


def is_thunk(made: ast.expr) -> bool:
    """Whether an expression is what `Unit.new_thunk` gave."""
    if type(made) is emit.Call:
        return getattr(getattr(made, "func", None), "id", "") == "created"
    return type(made) is emit.List


class Recipe:
    """How a thunk computes its value: *code* is a static function, or one of the runtime.

    It takes what it *captures*, and then *fixed*, a constant that is part of the tuple, if that is not None.
    """

    __slots__ = ("captures", "code", "fixed")

    def __init__(self, code: str, captures: dict[Variable, None], fixed: ast.expr | None = None) -> None:
        self.code = code
        self.captures = captures
        self.fixed = fixed


class Reads:
    """How often a variable is read, and how many of these reads can neither keep its value nor hand it on."""

    __slots__ = ("all", "harmless")

    def __init__(self) -> None:
        self.all = self.harmless = 0


class Chosen:
    """A selection that was made: `name` is that of the local for its value, `makers` are the nodes that do
    not assign that yet."""

    __slots__ = ("makers", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.makers: list[ast.expr] = []


class Function(Flow):
    """A Python function being written: a static one (*parent* None) or a closure inside *parent*.

    *context*: number of the enclosing trace context. *members*: variables that lie in the dictionary of a
    group with pieces; each becomes a local when it is first used, by calling its function.
    *chosen*: what was selected already, see `selection.choice_of`.
    *watched*: arguments whose reads are counted; *growing*: the names called for `a // …`, where *a* is one
    of them, as the last thing, see `operators.binary_tail`.
    """

    __slots__ = (
        "captures", "chosen", "closures", "context", "depth", "growing", "locals", "members", "nesting",
        "parent", "unit", "watched",
    )  # fmt: skip

    def __init__(self, unit: Unit, parent: Function | None, known: Facts) -> None:
        super().__init__(known)
        self.unit = unit
        self.parent = parent
        self.locals: set[Variable] = set()
        self.captures: dict[Variable, None] = {}
        self.members: dict[Variable, Callable[[Variable], None]] = {}
        self.context = 0
        self.depth = 0
        self.chosen: dict[Choice, Chosen] = {}
        self.closures = 0
        self.nesting: int = 0 if parent is None else parent.nesting + 1
        self.watched: dict[Variable, Reads] = {}
        self.growing: list[Any] = []

    # -- variables

    def use(self, variable: Variable) -> str:
        """The Python name of *variable*, captured from outside where it is not ours."""
        function = self
        while variable not in function.locals:
            if variable in function.members:
                function.locals.add(variable)
                function.members[variable](variable)
                break
            if function.parent is None:
                function.captures[variable] = None
                function.locals.add(variable)
                break
            function = function.parent
        if variable in function.watched:
            function.watched[variable].all += 1
        return self.unit.name_of(variable)

    def reads_harmlessly(self, *nodes: Expr) -> None:
        """Say of what is read, if it is a watched argument, that the reader neither keeps nor hands it on."""
        if self.watched:
            for node in nodes:
                meaning: Any = self.unit.analysis.variables.get(node)  # may be what is never watched
                reads = self.watched.get(meaning)
                if reads is not None:
                    reads.harmless += 1

    def declare(self, variable: Variable) -> str:
        """The Python name of a variable that this function assigns."""
        self.locals.add(variable)
        return self.unit.name_of(variable)

    def temporary(self) -> str:
        """A fresh local name."""
        return self.unit.fresh("t")

    # -- expressions

    def value(self, node: Expr) -> ast.expr:
        """Python expression for the value of *node* in WHNF; cut off when it gets too deep."""
        if self.depth >= MAX_DEPTH:
            return self.cut_off(node)
        self.depth += 1
        result = self.unit.lowerings.value[type(node)](self, node)
        self.depth -= 1
        return result

    def within(self, context: Site, node: Expr) -> ast.expr:
        """`value`, with *context* as the enclosing trace context."""
        saved, self.context = self.context, context.number
        result = self.value(node)
        self.context = saved
        return result

    def tail(self, node: Expr) -> None:
        """Write the statements that return the value of *node*."""
        handler = self.unit.lowerings.tail.get(type(node))
        if handler is None:
            value = self.value(node)
            self.emit(emit.Return(value))
        elif self.blocks >= MAX_BLOCKS:
            self.emit(emit.Return(self.outlined(node)))
        else:
            handler(self, node)

    def static(self, node: Expr, known: Facts | None = None) -> tuple[str, Function]:
        """Write a static function that returns the value of *node*; its name and itself."""
        function = Function(self.unit, None, self.known if known is None else known)
        function.tail(node)
        return function.finish("l" if is_literal(node) else "s"), function

    def finish(self, prefix: str = "s") -> str:
        """Put a finished static function into the unit; its name tells the runtime what it is: "l" for a list
        or a set that is written down, "w" for a lookup in `with` sets, "s" for everything else.
        """
        identifier = self.unit.fresh(prefix)
        names = [self.unit.name_of(variable) for variable in self.captures]
        if len(names) == 1:
            self.unit.statics.append(emit.function(identifier, names, self.block))
        else:
            if names:
                targets = emit.Tuple([emit.Name(name, emit.STORE) for name in names], emit.STORE)
                self.block.insert(0, emit.Assign([targets], emit.name("env")))
            self.unit.statics.append(emit.function(identifier, ["env"], self.block))
        return identifier

    def payload(self, captures: dict[Variable, None]) -> ast.expr:
        """What a static function that captures these variables takes: nothing, the one, or a tuple."""
        loads = [emit.name(self.use(variable)) for variable in captures]
        if not loads:
            return emit.constant(None)
        return loads[0] if len(loads) == 1 else emit.tuple_of(loads)

    def recipe(self, node: Expr, known: Facts | None = None) -> Recipe:
        """How a thunk for *node* computes its value."""
        handler = self.unit.lowerings.delayed.get(type(node))
        made = None if handler is None or self.unit.instrumented else handler(self, node)
        if made is None:
            identifier, function = self.static(node, known)
            made = Recipe(identifier, function.captures)
        return made

    def filling(self, recipe: Recipe) -> ast.expr:
        """The payload of a thunk."""
        if recipe.fixed is None:
            return self.payload(recipe.captures)
        return emit.tuple_of([*(emit.name(self.use(variable)) for variable in recipe.captures), recipe.fixed])

    def outlined(self, node: Expr) -> ast.expr:
        """The value of *node* by calling a static function: for what needs statements, or is too deep."""
        identifier, function = self.static(node)
        site = self.unit.site(NO_POS, self.context)
        return emit.call(site, identifier, self.payload(function.captures))

    def cut_off(self, node: Expr) -> ast.expr:
        """`outlined` for what is too deep: says how many calls of builtins, made without frames, it is in."""
        calls, number = 0, self.context
        while number:
            _, _, number, kind, text = self.unit.sites[number]
            calls += kind == CONTEXT and text.startswith(CALLING_BUILTIN)
        if not calls:
            return self.outlined(node)
        identifier, function = self.static(node)
        site = self.unit.site(node.pos, self.context)
        cells = [emit.name(identifier), self.payload(function.captures), emit.constant(calls)]
        return emit.call(site, "within_calls", *cells)

    def thunk(self, node: Expr, position: ast.expr | None = None) -> ast.expr:
        """A new thunk for *node*; with *position*, the cell of an attribute."""
        return self.thunk_of(self.recipe(node), node, position)

    def thunk_of(self, recipe: Recipe, node: Expr, position: ast.expr | None = None) -> ast.expr:
        """A new thunk that *recipe* makes for *node*."""
        cells = [emit.name(recipe.code), self.filling(recipe)]
        if position is None and self.unit.instrumented:
            position = emit.constant(self.unit.position(node.start))
        if position is not None:
            cells.append(position)
        return self.unit.new_thunk(cells)


def is_literal(node: Expr) -> bool:
    """Whether a list or a set is written down, all names in it: to evaluate it computes nothing."""
    return type(node) is ListLiteral or (type(node) is AttrSet and not node.dynamic)
