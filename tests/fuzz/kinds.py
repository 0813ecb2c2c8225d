"""The kinds of inputs: how one is made, and how often each kind is.

An input is its kind and some texts; `making.made(number, seed)` is always the same one.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tests.fuzz.grammar import GRAMMAR, Writer
from tests.fuzz.mutating import mutated, seeds

if TYPE_CHECKING:
    from collections.abc import Callable


class Input(NamedTuple):
    """`running` says what becomes of the texts of each kind."""

    kind: str
    texts: tuple[str, ...]


ROOMS = (5, 10, 20, 20, 40, 80, 160)


def written(random: Random, rule: str) -> str:
    """A text that a rule gives, damaged now and then."""
    text = Writer(GRAMMAR, random).write(rule, random.choice(ROOMS))
    return mutated(text, random) if random.random() < 0.15 else text


def damaged(random: Random) -> tuple[str, ...]:
    """A program that is damaged."""
    return (mutated(random.choice(seeds()), random),)


def program(random: Random) -> tuple[str, ...]:
    """A program that is made."""
    return (written(random, "program"),)


def parsed(random: Random) -> tuple[str, ...]:
    """A program that is only parsed."""
    return damaged(random) if random.random() < 0.6 else program(random)


USES = [
    "builtins.fromJSON s", "builtins.toJSON (builtins.fromJSON s)", "builtins.fromTOML s",
    "builtins.match t s", "builtins.split t s", "builtins.parseDrvName s", "builtins.splitVersion s",
    "builtins.compareVersions s t", "builtins.parseFlakeRef s", "builtins.flakeRefToString (builtins.parseFlakeRef s)",
    'builtins.convertHash { hash = s; toHashFormat = "sri"; }', 'builtins.convertHash { hash = s; hashAlgo = "sha256"; toHashFormat = t; }',
    "builtins.hashString t s", "builtins.toFile s t", "builtins.storePath s", "builtins.getFlake s", "fetchGit s", "builtins.fetchTree s",
    "builtins.fetchurl s", "fetchTarball { url = s; sha256 = t; }", 'derivation { name = s; system = t; builder = s; outputs = [ "out" t ]; }',
    "derivation { name = s; system = t; builder = s; outputHash = t; outputHashAlgo = s; }",
    'derivation { name = "x"; system = t; builder = s; outputHash = t; outputHashAlgo = "sha256"; outputHashMode = "recursive"; }',
    "builtins.replaceStrings [ s t ] [ t s ] s", "builtins.substring 1 3 s", "builtins.toXML { ${s} = t; }", "builtins.getContext s",
    "builtins.appendContext s { ${t} = { path = true; }; }", 'builtins.appendContext "" { ${s} = { outputs = [ t ]; }; }',
    "builtins.readFile s", "import s", "./. + s", "builtins.path { path = /work/dir; name = s; }", "baseNameOf s", "dirOf s",
    "builtins.placeholder s", "{ ${s} = t; }.${s}", "throw s", "builtins.concatStringsSep s [ t s ]", "builtins.findFile [ { prefix = s; path = t; } ] s",
    "builtins.addErrorContext s (throw t)", "builtins.trace s t", "builtins.warn s t", "builtins.unsafeDiscardStringContext s",
    "s < t", "builtins.listToAttrs [ { name = s; value = t; } ]", "builtins.sort builtins.lessThan [ s t \"\" ]", "builtins.outputOf s t",
    "builtins.fetchurl { url = s; name = t; }", "builtins.hashFile t s", "builtins.getEnv s", "builtins.toPath s", "/. + s + t", "<${s}>",
]  # fmt: skip
"""What is done with two texts, in one of which is data."""

DATA = {"fromJSON": "jsontext", "toJSON": "jsontext", "fromTOML": "tomltext"}


def used(random: Random) -> tuple[str, ...]:
    """An expression, and the texts that are `s` and `t` in it."""
    use = random.choice(USES if random.random() < 0.5 else USES[:5])
    data = next((rule for word, rule in DATA.items() if word in use), "text")
    other = "retext" if "match" in use or "split t" in use else "text"
    return use, written(random, data), written(random, other)


def of(*rules: str) -> Callable[[Random], tuple[str, ...]]:
    """A maker of texts that rules give, one each."""
    return lambda random: tuple(written(random, rule) for rule in rules)


KINDS: dict[str, tuple[int, Callable[[Random], tuple[str, ...]]]] = {
    "parse": (40, parsed),
    "eval": (15, program),
    "damaged": (11, damaged),
    "use": (23, used),
    "drv": (2, of("drvtext")),
    "flake": (2, of("flaketext", "locktext")),
    "archive": (2, lambda random: (str(random.getrandbits(60)),)),
    "line": (3, of("line")),
    "session": (2, of("session")),
}
"""The kinds: of a hundred inputs so many, and what makes their texts."""

DRAWN = [kind for kind, (weight, _) in KINDS.items() for _ in range(weight)]


def made(number: int, seed: int, only: str = "") -> Input:
    """The input with a number, of one of the kinds *only* names (separated by commas)."""
    random = Random(seed * 0x1_0000_0000 + number)
    kind = random.choice(only.split(",") if only else DRAWN)
    return Input(kind, KINDS[kind][1](random))
