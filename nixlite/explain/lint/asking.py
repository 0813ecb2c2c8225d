"""What `nixlite lint` asks of the package set: whether a package has patches, takes an argument.

The rest of `lint` only reads text. Where a finding hangs on the package that is overridden, `<nixpkgs>` is
evaluated, without overlays, and what it does not know (or fails for) is not known. Nothing is asked where the
answer would be about another set: nixlite's own stands in for `<nixpkgs>` if there is none, and a file of a
project that pins its packages is not made for that one.
"""

from __future__ import annotations

from functools import cached_property
from posixpath import dirname
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.arguments.plan import find_function
from nixlite.explain.quiet import quiet
from nixlite.runtime.call import call
from nixlite.runtime.thunk import force
from nixlite.source import Source

if TYPE_CHECKING:
    from nixlite.evaluator import Evaluator

PINS = ("flake.nix", "npins", "nix/sources.json", "pins.nix", "pkgs/top-level/all-packages.nix")
"""Files by which a project says which packages it is for, or that it is a package set itself."""

QUESTION = """\
path:
let
  set = import <nixpkgs> { overlays = [ ]; config = { }; };
  found = builtins.foldl' (s: name: if builtins.isAttrs s && s ? ${name} then s.${name} else null) set path;
  old = (found.overrideAttrs (old: { passthru = { inherit old; }; })).old;
  inputs = builtins.listToAttrs (map (name: { inherit name; value = map called (old.${name} or [ ]); }) [
    "buildInputs" "nativeBuildInputs" "propagatedBuildInputs" "patches"
  ]);
  called = x: if builtins.isAttrs x then x.pname or x.name or "?" else baseNameOf (toString x);
in
assert builtins.isAttrs found;
{
  isDerivation = (found.type or null) == "derivation";
  names = builtins.attrNames found;
  package = found;
  changeable = found ? overrideAttrs;
  old = builtins.attrNames old;
  lists = inputs;
}
"""


class Package(NamedTuple):
    """What `<nixpkgs>` says of an attribute.

    *arguments*: those of its function, if it takes no others; *old*: the attributes that `overrideAttrs` is
    given, None where it has none; *lists*: what is in its lists of inputs and patches, by name.
    """

    is_derivation: bool
    names: frozenset[str]
    arguments: tuple[str, ...]
    old: frozenset[str] | None
    lists: dict[str, tuple[str, ...]]


class Packages:
    """The packages of `<nixpkgs>`, each asked for once. *path*: the file that is looked at, if it is one."""

    def __init__(self, evaluator: Evaluator, path: str | None) -> None:
        self.evaluator = evaluator
        self.path = path
        self.known: dict[tuple[str, ...], Package | None] = {}
        self.question: Any = None

    def get(self, path: tuple[str, ...]) -> Package | None:
        """What is known of the package at an attribute path."""
        if path not in self.known:
            self.known[path] = self.ask(path) if path else None
        return self.known[path]

    def ask(self, path: tuple[str, ...]) -> Package | None:
        """As `get`, asking now."""
        if self.stand_in and self.is_pinned:
            return None
        with quiet(self.evaluator):
            try:
                found: Package = self.evaluator.guard(self.answer, path)
            except NixError:
                return None
        return found

    def answer(self, path: tuple[str, ...]) -> Package:
        """As `get`; raises NixError for what cannot be evaluated."""
        if self.question is None:
            self.question = self.evaluator.evaluate_source(Source("«lint»", QUESTION))
        found: Any = force(call(self.question, path))
        old, lists = None, {}
        if force(found["changeable"]):
            try:
                old = frozenset(strings(found["old"]))
                inputs: Any = force(found["lists"])
                lists = {name: strings(value) for name, value in inputs.items()}
            except NixError:  # a set that only looks like a package
                old, lists = None, {}
        return Package(
            force(found["isDerivation"]) is True,
            frozenset(strings(found["names"])),
            self.arguments(force(found["package"])),
            old,
            lists,
        )

    def arguments(self, package: Any) -> tuple[str, ...]:
        """What the function of a package takes, empty if it takes more than it names or cannot be seen."""
        if "override" not in package:
            return ()
        try:
            function = find_function(self.evaluator, package)
        except NixError:
            return ()
        return () if function.ellipsis else tuple(sorted(function.formals or ()))

    @cached_property
    def stand_in(self) -> bool:
        """Whether the answers are those of nixlite's own set, whose packages are simpler than others'."""
        return stands_in(self.evaluator)

    @cached_property
    def is_pinned(self) -> bool:
        """Whether the file is part of a project that says which packages it is for."""
        host, directory = self.evaluator.host, dirname(self.path or "")
        while directory not in ("", "/"):
            if any(host.exists(host.real_path(f"{directory}/{name}")) for name in PINS):
                return True
            directory = dirname(directory)
        return False


def stands_in(evaluator: Evaluator) -> bool:
    """Whether `<nixpkgs>` is nixlite's own small set, which nothing on the lookup path has asked for."""
    from nixlite.host.lookup_path import bundled_nixpkgs, find_file, lookup_path, resolve_entry

    state = evaluator.state
    entries = lookup_path(evaluator.settings, evaluator.host)
    try:
        found = find_file(state, entries, "nixpkgs")
    except NixError:  # there is none at all
        return True
    named = [resolve_entry(state, path) for prefix, path in entries if prefix == "nixpkgs"]
    return found == bundled_nixpkgs(state, "nixpkgs") and found not in named


def strings(value: Any) -> tuple[str, ...]:
    """A list of strings as Python has them."""
    items: Any = force(value)
    return tuple(str(force(item)) for item in items)
