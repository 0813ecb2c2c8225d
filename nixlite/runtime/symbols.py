"""The order in which Nix goes through the attributes of a set.

C++ Nix numbers every name when it first meets it and keeps sets in the order of these numbers. Where a
result is shown the names are sorted, but `--strict`, `builtins.deepSeq`, `==` and the like take them by
number, which decides which of two errors is reported and in which order traces are printed. The names below
have their numbers from the start (observed in Nix 2.34.8); others get theirs as they are read, so they follow
in the order in which they were written. Where a set has them in another order than the sources before it,
that is found out only when an error comes up (`printer.Walk`): traces may be printed in another order.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from nixlite.runtime.values import Lazy

KNOWN_NAMES = """
    outPath drvPath type meta name value system __overrides outputs outputName __ignoreNulls file line
    column __functor __toString right wrong __structuredAttrs __json allowedReferences allowedRequisites
    disallowedReferences disallowedRequisites maxSize maxClosureSize builder args __contentAddressed
    __impure outputHash outputHashAlgo outputHashMode recurseForDerivations description self startSet
    operator key path prefix outputSpecified __sub __lessThan __mul __div or __findFile __nixPath body
    builtins true false null currentTime currentSystem nixVersion storeDir langVersion traceVerbose
    nixPath scopedImport import typeOf isNull isFunction isInt isFloat isString isBool isPath
    genericClosure break abort throw addErrorContext ceil floor tryEval getEnv seq deepSeq trace warn
    derivationStrict placeholder toPath storePath pathExists baseNameOf dirOf readFile findFile hashFile
    readFileType readDir toXML toJSON fromJSON toFile filterSource attrNames attrValues getAttr
    unsafeGetAttrPos hasAttr isAttrs removeAttrs listToAttrs intersectAttrs catAttrs functionArgs
    mapAttrs zipAttrsWith isList elemAt head tail map filter elem concatLists length foldl' any all
    genList sort partition groupBy concatMap add sub mul div bitAnd bitOr bitXor lessThan toString
    substring stringLength hashString convertHash match split concatStringsSep replaceStrings
    parseDrvName compareVersions splitVersion unsafeDiscardStringContext hasContext
    unsafeDiscardOutputDependency addDrvOutputDependencies getContext appendContext fetchMercurial
    fetchTree fetchurl fetchTarball fetchGit fromTOML getFlake parseFlakeRef flakeRefToString derivation
    strict drvAttrs commonAttrs outputsList x outputToAttrListElement
"""
NUMBERS = {name: number for number, name in enumerate(KNOWN_NAMES.split())}
UNKNOWN = len(NUMBERS)


def symbol_number(name: str) -> int:
    """The number of a name; one and the same for all that Nix does not know from the start."""
    return NUMBERS.get(name, UNKNOWN)


def in_symbol_order(attrs: dict[str, Lazy]) -> Iterable[str]:
    """The names of a set in the order in which Nix goes through them."""
    if NUMBERS.keys().isdisjoint(attrs):
        return attrs
    return sorted(attrs, key=symbol_number)
