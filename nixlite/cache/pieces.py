"""Running a source whose big groups of bindings are compiled piece by piece (see `analysis.deferral`).

A group holds for each piece a thunk `[code, environment, position]`. *code* is the piece's function, or as
long as that is not loaded the same function for all of them, bound to the piece's number: it finds the
piece's function and calls it. Each piece is a module of its own, with its own tables of sites and lambdas.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.cache.code import Code, Table
    from nixlite.cache.pack import Pack

    Row = tuple[str, Any, Any]

if TYPE_CHECKING:
    from types import MethodType
else:  # loading the module takes half a millisecond
    MethodType = type((lambda self: None).__get__(0))

SAVED_AFTER = 2000
"""Pieces compiled before they are written to the cache, at first; twice as many each further time."""


class Pieces:
    """The codes of the pieces of one source: known, on disk, or yet to be made.

    *make*: gives the function that compiles a piece by its number; it is asked when the first piece is
    missing. `pack`: the pieces on disk, None without a cache; `waiting`: where we are while some of ours are
    not there.
    """

    __slots__ = ("codes", "compiler", "make", "pack", "patience", "unsaved", "waiting")

    def __init__(self, make: Callable[[], Callable[[int], Code]]) -> None:
        self.make = make
        self.pack: Pack | None = None
        self.waiting: set[Pieces] = set()
        self.compiler: Callable[[int], Code] | None = None
        self.codes: dict[int, Code] = {}
        self.unsaved: dict[int, Code] = {}
        self.patience = SAVED_AFTER

    def code(self, number: int) -> Code:
        """The code of a piece, compiled now if need be."""
        code = self.codes.get(number)
        if code is None and self.pack is not None:
            code = self.pack.load(number)
        if code is None:
            code = self.compile(number)
        self.codes[number] = code
        return code

    def compile(self, number: int) -> Code:
        """Compile a piece."""
        if self.compiler is None:
            self.compiler = self.make()
        code = self.compiler(number)
        if self.pack is not None:
            self.unsaved[number] = code
            self.waiting.add(self)
            if len(self.unsaved) >= self.patience:
                self.save()
                self.patience *= 2
        return code

    def save(self) -> None:
        """Write what was compiled to the cache."""
        self.waiting.discard(self)
        if self.unsaved and self.pack is not None:
            self.pack.add(self.unsaved)
            self.unsaved = {}


class Linked:
    """The functions of the pieces in one run of a source.

    *new_globals*: makes the globals of a module, in which all that compiled code may use is found.
    """

    __slots__ = ("functions", "loaded", "new_globals", "pieces", "run")

    def __init__(self, pieces: Pieces, new_globals: Callable[[], dict[str, Any]]) -> None:
        self.pieces = pieces
        self.new_globals = new_globals
        self.functions: dict[int, Callable[[Any], Any]] = {}
        self.loaded: list[int] = []
        """The numbers of the pieces in `functions`, in the order in which they came."""
        self.run = self.runner()

    def runner(self) -> Callable[[int, Any], Any]:
        """The code of the thunks, but for the piece's number: evaluates it in its environment."""
        functions, load = self.functions, self.load

        def piece(number: int, environment: Any) -> Any:
            function = functions.get(number)
            if function is None:
                function = load(number)
            return function(environment)

        return piece

    def load(self, number: int) -> Callable[[Any], Any]:
        """The function of a piece that is needed for the first time."""
        code = self.pieces.code(number)
        names = self.new_globals()
        names["SITES"] = code.sites
        names["LAMBDAS"] = code.lambdas
        names["FILE"] = code.name
        names["PIECE"] = number
        if code.tables:
            names["deferred"] = self.maker(code)
        exec(code.code, names)
        function: Callable[[Any], Any] = names["main"]
        self.functions[number] = function
        self.loaded.append(number)
        return function

    def maker(self, code: Code) -> Callable[[int, Any], dict[str, Any]]:
        """The operation by which a module makes a group: its thunks by name, None for what is no piece."""
        groups: dict[int, GroupRows] = {}  # a package set makes a group many times
        loaded = self.loaded

        def deferred(index: int, environment: Any) -> dict[str, Any]:
            rows = groups.get(index)
            if rows is None:
                rows = groups[index] = GroupRows(code.tables[index], code.name, self.run)
            if rows.seen != len(loaded):
                rows.learn(self)
            group = rows.empty.copy()  # to fill one in is quicker than to let it grow
            if rows.placed:
                for name, piece, place in rows.rows:
                    group[name] = [piece, environment, place]
            else:
                for name, piece, _ in rows.rows:
                    group[name] = [piece, environment]
            return group

        return deferred


class GroupRows:
    """What a group is made of, each time that it is made.

    `rows`: by binding its name, the code of its thunk, and its place. `empty`: a dictionary of the names;
    `placed`: whether thunks carry their places; `seen`: how many of the pieces that are loaded are among the
    codes; `row_of`: by the number of a piece its row, made when it is of use.
    """

    __slots__ = ("empty", "numbers", "placed", "row_of", "rows", "seen")

    def __init__(self, table: Table, file: str, run: Callable[[int, Any], Any]) -> None:
        self.rows = rows_of(table, file, run)
        self.empty: dict[str, Any] = dict.fromkeys(table[0])
        self.numbers = table[1]
        self.placed = bool(table[2])
        self.row_of: dict[int, int] = {}
        self.seen = 0

    def learn(self, linked: Linked) -> None:
        """What was loaded meanwhile needs no detour from now on."""
        if not self.row_of:
            self.row_of = dict(zip(self.numbers, range(len(self.numbers)), strict=True))
        for number in linked.loaded[self.seen :]:
            at = self.row_of.get(number)
            if at is not None:
                name, _, place = self.rows[at]
                self.rows[at] = (name, linked.functions[number], place)
        self.seen = len(linked.loaded)


def rows_of(table: Table, file: str, run: Callable[[int, Any], Any]) -> list[Row]:
    """The name of each binding, *run* for its piece, and its place in *file*, None where it has none."""
    names, numbers, lines, columns = table
    codes = [MethodType(run, number) for number in numbers]
    places: Any = [(file, line, column) for line, column in zip(lines, columns, strict=True)]
    return list(zip(names, codes, places or [None] * len(names), strict=True))
