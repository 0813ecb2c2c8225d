"""The numbers of names, and the order in which Nix goes through the attributes of a set.

C++ Nix keeps every name once, in its symbol table, and sets and formals in the order of the names' places
there. Where a result is shown the names are sorted, but `==`, `--strict`, `builtins.deepSeq`, the search for
a missing or unexpected argument and the like go by number, which decides which of two errors is reported,
what is evaluated before a difference ends a comparison, and in which order traces are printed.

A name gets its number when it is first met: those of `FIRST`, of the builtins and of derivation.nix before
everything else; those of a source when it is parsed, in the order in which the grammar's rules are reduced
(`Source.names`); those that are computed when they are made (`${…}`, `listToAttrs`, `fromJSON`, …: whatever
calls `make_symbol`).
"""

from __future__ import annotations

from _thread import _local

from nixlite.opaque import TEXTS, seen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from typing import Any

FIRST = """
    <with> outPath drvPath type meta name value system __overrides outputs outputName __ignoreNulls file line
    column __functor __toString right wrong __structuredAttrs __json allowedReferences allowedRequisites
    disallowedReferences disallowedRequisites maxSize maxClosureSize builder args __contentAddressed
    __impure outputHash outputHashAlgo outputHashMode recurseForDerivations description self "" startSet
    operator key path prefix outputSpecified __sub __lessThan __mul __div or __findFile __nixPath body
"""
"""The names that Nix itself speaks of; `""` stands for the empty one (Nix 2.34.8, observed)."""

BUILTINS = """
    builtins true false null __currentTime currentTime __currentSystem currentSystem __nixVersion
    nixVersion __storeDir storeDir __langVersion langVersion __traceVerbose traceVerbose nixPath
    scopedImport import __typeOf typeOf isNull __isFunction isFunction __isInt isInt __isFloat isFloat
    __isString isString __isBool isBool __isPath isPath __genericClosure genericClosure break abort throw
    __addErrorContext addErrorContext __ceil ceil __floor floor __tryEval tryEval __getEnv getEnv __seq
    seq __deepSeq deepSeq __trace trace __warn warn derivationStrict placeholder __toPath toPath
    __storePath storePath __pathExists pathExists baseNameOf dirOf __readFile readFile findFile __hashFile
    hashFile __readFileType readFileType __readDir readDir __outputOf outputOf __toXML toXML __toJSON
    toJSON __fromJSON fromJSON __toFile toFile __filterSource filterSource __path __attrNames attrNames
    __attrValues attrValues __getAttr getAttr __unsafeGetAttrPos unsafeGetAttrPos __hasAttr hasAttr
    __isAttrs isAttrs removeAttrs __listToAttrs listToAttrs __intersectAttrs intersectAttrs __catAttrs
    catAttrs __functionArgs functionArgs __mapAttrs mapAttrs __zipAttrsWith zipAttrsWith __isList isList
    __elemAt elemAt __head head __tail tail map __filter filter __elem elem __concatLists concatLists
    __length length __foldl' foldl' __any any __all all __genList genList __sort sort __partition
    partition __groupBy groupBy __concatMap concatMap __add add sub mul div __bitAnd bitAnd __bitOr bitOr
    __bitXor bitXor lessThan toString __substring substring __stringLength stringLength __hashString
    hashString __convertHash convertHash __match match __split split __concatStringsSep concatStringsSep
    __replaceStrings replaceStrings __parseDrvName parseDrvName __compareVersions compareVersions
    __splitVersion splitVersion __unsafeDiscardStringContext unsafeDiscardStringContext __hasContext
    hasContext __unsafeDiscardOutputDependency unsafeDiscardOutputDependency __addDrvOutputDependencies
    addDrvOutputDependencies __getContext getContext __appendContext appendContext __fetchClosure
    fetchClosure fetchMercurial fetchTree __fetchurl fetchurl fetchTarball fetchGit fromTOML __getFlake
    getFlake __parseFlakeRef parseFlakeRef __flakeRefToString flakeRefToString derivation
"""
"""The globals and the builtins in the order in which Nix adds them."""

CONDITIONAL = ("__currentTime", "__currentSystem", "__outputOf", "__fetchClosure", "fetchTree")
"""The globals that are not always there, nor the builtins of the same names."""

DERIVATION = "strict drvAttrs commonAttrs outputsList x outputToAttrListElement"
"""The further names of derivation.nix, which Nix parses before anything else."""


class Symbols:
    """The symbol table of one evaluation.

    `numbers` lacks the names of the sources in `unread`, which are numbered when that is first of use: most
    programs never come to it. `first`: the names that are there before any program's. `orders` remembers
    what `in_symbol_order` has found for small sets: numbers never change. `searched`: the list that was
    searched for a string last, and its strings (see `membership`): it must not outlive the evaluation.
    `settled`: pairs of sets that are equal, by their identities (see `settled`). `met`: see `settle`.
    """

    __slots__ = ("first", "met", "numbers", "orders", "searched", "settled", "unread")

    def __init__(self, scope: Container[str] = CONDITIONAL) -> None:
        """*scope*: the globals that there are."""
        names = FIRST.split()
        names[names.index('""')] = ""
        names += BUILTINS.split()
        for name in CONDITIONAL:
            if name not in scope:
                for absent in {name, name.lstrip("_")}:
                    names.remove(absent)
        names += DERIVATION.split()
        self.first = names
        self.numbers = dict(zip(names, range(len(names)), strict=True))
        self.unread: list[str] = []
        self.orders: dict[tuple[str, ...], list[str]] = {}
        self.searched: list[Any] = [(), None]
        self.settled: dict[tuple[int, int], Any] = {}
        self.met: int | None = None

    def settle(self) -> None:
        """From now on messages do not go by which names are met first, for that may be another one each time.

        Names that are new stand in the order of the text, as if no other new one had been met.
        """
        self.met = len(self.table())

    def load(self, names: str) -> None:
        """Number the names of a source that is loaded now, in their order, with NUL between them."""
        self.unread.append(names)
        if len(self.unread) > MOST_UNREAD:
            self.table()

    def table(self) -> dict[str, int]:
        """The numbers of all names so far."""
        if self.unread:
            for names in self.unread:
                self._read(names.split("\0"))
            self.unread.clear()
        return self.numbers

    def ordered(self, names: Iterable[str]) -> list[str]:
        """Names in the order of their numbers; one that nobody has made gets the next one."""
        numbers = self.table()
        try:
            return sorted(names, key=numbers.__getitem__)
        except KeyError:
            self._read(list(names))
            return sorted(names, key=numbers.__getitem__)

    def _read(self, names: list[str]) -> None:
        if TEXTS:
            seen("\n".join(names))
        numbers = self.numbers
        for name in names:
            if name not in numbers:
                numbers[name] = len(numbers)


SMALL, MOST_ORDERS = 12, 4096
"""Names of a set whose order is remembered, and such orders, at most."""

MOST_UNREAD = 1000
"""Sources whose names wait to be numbered: an evaluator may live long."""


class Active(_local):
    """The symbol table of the evaluation that a thread is running, which `Evaluator.guard` puts here.

    Comparisons are so frequent, and their order matters so rarely, that they are not handed it from call to
    call.
    """

    symbols = Symbols()


ACTIVE = Active()


def make_symbol(name: str) -> str:
    """A name that was computed, numbered if it is new."""
    symbols = ACTIVE.symbols
    numbers = symbols.numbers
    if name not in numbers:
        if TEXTS:
            seen(name)
        if symbols.unread:
            symbols.table()
        numbers.setdefault(name, len(numbers))
    return name


def make_symbols(names: Iterable[str]) -> None:
    """The same for several names, in their order."""
    numbers = ACTIVE.symbols.table()
    for name in names:
        if name not in numbers:
            if TEXTS:
                seen(name)
            numbers[name] = len(numbers)


def in_symbol_order(names: dict[str, Any]) -> Iterable[str]:
    """The names of a set in the order in which Nix goes through them."""
    if len(names) < 2:
        return names
    if len(names) > SMALL:
        return ordered(names)
    orders, shape = ACTIVE.symbols.orders, tuple(names)
    order = orders.get(shape)
    if order is None:
        if len(orders) > MOST_ORDERS:
            orders.clear()
        order = orders[shape] = ordered(names)
    return order


def ordered(names: Iterable[str]) -> list[str]:
    """Names, given as they stand in the text, in the order that messages have: that of their numbers."""
    symbols = ACTIVE.symbols
    if symbols.met is None:
        return symbols.ordered(names)
    numbers, met = symbols.table(), symbols.met
    return sorted(names, key=lambda name: min(numbers.get(name, met), met))
