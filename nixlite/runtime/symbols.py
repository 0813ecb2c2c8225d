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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from typing import Any

    Names = dict[str, int]
else:
    Names = dict

FIRST = """
    <with> outPath drvPath type meta name value system __overrides outputs outputName __ignoreNulls file line
    column __functor __toString right wrong __structuredAttrs __json allowedReferences allowedRequisites
    disallowedReferences disallowedRequisites maxSize maxClosureSize builder args __contentAddressed
    __impure outputHash outputHashAlgo outputHashMode recurseForDerivations description self "" startSet
    operator key path prefix outputSpecified __sub __lessThan __mul __div or __findFile __nixPath body
"""
"""The names that Nix itself speaks of; `""` stands for the empty one (Nix 2.34.8, observed)."""

BUILTINS = """
    builtins true false null currentTime currentSystem nixVersion storeDir langVersion traceVerbose
    nixPath scopedImport import typeOf isNull isFunction isInt isFloat isString isBool isPath
    genericClosure break abort throw addErrorContext ceil floor tryEval getEnv seq deepSeq trace warn
    derivationStrict placeholder toPath storePath pathExists baseNameOf dirOf readFile findFile hashFile
    readFileType readDir outputOf toXML toJSON fromJSON toFile filterSource path attrNames attrValues getAttr
    unsafeGetAttrPos hasAttr isAttrs removeAttrs listToAttrs intersectAttrs catAttrs functionArgs
    mapAttrs zipAttrsWith isList elemAt head tail map filter elem concatLists length foldl' any all
    genList sort partition groupBy concatMap add sub mul div bitAnd bitOr bitXor lessThan toString
    substring stringLength hashString convertHash match split concatStringsSep replaceStrings
    parseDrvName compareVersions splitVersion unsafeDiscardStringContext hasContext
    unsafeDiscardOutputDependency addDrvOutputDependencies getContext appendContext fetchClosure
    fetchMercurial fetchTree fetchurl fetchTarball fetchGit fromTOML getFlake parseFlakeRef flakeRefToString
    derivation
"""
"""The builtins in the order in which Nix adds them: of each first the name of the global, as `__add`."""

DERIVATION = "strict drvAttrs commonAttrs outputsList x outputToAttrListElement"
"""The further names of derivation.nix, which Nix parses before anything else."""


class Numbers(Names):
    """Numbers by name; a name that nobody has made gets the next one when it is asked for."""

    __slots__ = ()

    def __missing__(self, name: str) -> int:
        self[name] = number = len(self)
        return number


class Symbols:
    """The symbol table of one evaluation.

    `numbers` lacks the names of the sources in `unread`, which are numbered when that is first of use: most
    programs never come to it. `first`: the names that are there before any program's.
    """

    __slots__ = ("first", "numbers", "unread")

    def __init__(self, scope: Container[str] = (), builtins: Container[str] = ()) -> None:
        """*scope* and *builtins* tell which builtins there are, as globals and in `builtins`."""
        names = ["" if name == '""' else name for name in FIRST.split()]
        for name in BUILTINS.split():
            names += [shown for shown in (f"__{name}", name) if shown in scope]
            if name in builtins:
                names.append(name)
        names += DERIVATION.split()
        self.numbers = Numbers()
        self.unread: list[str] = []
        self._read(names)
        self.first = names

    def load(self, names: str) -> None:
        """Number the names of a source that is loaded now, in their order, with NUL between them."""
        self.unread.append(names)

    def table(self) -> Numbers:
        """The numbers of all names so far."""
        if self.unread:
            for names in self.unread:
                self._read(names.split("\0"))
            self.unread.clear()
        return self.numbers

    def _read(self, names: list[str]) -> None:
        numbers = self.numbers
        for name in names:
            if name not in numbers:
                numbers[name] = len(numbers)


ACTIVE = [Symbols()]
"""The symbol table of the evaluation that is running, which `Evaluator.guard` puts here: comparisons are so
frequent, and their order matters so rarely, that they are not handed it from call to call."""


def make_symbol(name: str) -> str:
    """A name that was computed, numbered if it is new."""
    symbols = ACTIVE[0]
    if name not in symbols.numbers:
        symbols.table()[name]
    return name


def make_symbols(names: Iterable[str]) -> None:
    """The same for several names, in their order."""
    symbols = ACTIVE[0]
    numbers = symbols.numbers
    for name in names:
        if name not in numbers:
            symbols.table()[name]


def in_symbol_order(names: dict[str, Any]) -> Iterable[str]:
    """The names of a set in the order in which Nix goes through them."""
    if len(names) < 2:
        return names
    return sorted(names, key=ACTIVE[0].table().__getitem__)


def first_symbol(names: Iterable[str]) -> str:
    """The name that Nix comes to first, of at least one."""
    return min(names, key=ACTIVE[0].table().__getitem__)
