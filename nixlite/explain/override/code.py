"""From wishes to code: which function takes what, and the expression that gives it.

A package takes arguments (`override`), which are what its function is called with, and attributes
(`overrideAttrs`), which are what its builder gets. What a wish is, is looked up in the package; nothing is
guessed from its name but `cc`, which is no argument of anything: the compiler is part of `stdenv`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import EvalError, did_you_mean
from nixlite.explain.recording.program import locate
from nixlite.explain.stale.facts import attribute, built_from, is_fixed, is_package, value_of
from nixlite.explain.stale.fix.builders import accepted
from nixlite.explain.stale.fix.respelling import ZEROS
from nixlite.runtime.values import MISSING, ContextString
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.override.wishes import Wish
    from nixlite.explain.recording.program import Examination

PKGS = "pkgs"
"""What the package set is called in the code."""

ARGUMENTS, ATTRIBUTES, COMPILER = "override", "overrideAttrs", "stdenv"


class Package(NamedTuple):
    """The package at a path of the set: its value, the arguments that its function takes, and what it is
    built with."""

    found: Examination
    path: tuple[str, ...]
    value: Any
    arguments: list[str]
    attributes: dict[str, Any]


class Part(NamedTuple):
    """One wish as code: *how* it is given, *name* and the *code* of the value; *uses_old*: it is made of what
    was there; *placeholder*: a hash in it is made up."""

    how: str
    name: str
    code: str
    uses_old: bool
    placeholder: bool = False


def package_at(found: Examination, path: Sequence[str]) -> Package:
    """The package that is meant; raises EvalError if there is none at the path."""
    value = value_of(found, locate(found, path).cell)
    if isinstance(value, Exception):
        raise value
    if not is_package(found, value):
        raise EvalError(f"'{'.'.join(path)}' is no package: it has no derivation that could be overridden")
    return Package(found, tuple(path), value, accepted(found, value), built_from(found, value))


def parts_of(package: Package, wishes: Sequence[Wish]) -> list[Part]:
    """Each wish as what is given, and how; raises EvalError for what the package takes in no way."""
    below: dict[str, list[Wish]] = {}
    for wish in wishes:
        if "." in wish.name:
            below.setdefault(wish.name.split(".")[0], []).append(wish)
    whole = [part_of(package, wish) for wish in wishes if "." not in wish.name]
    return [*whole, *(part_below(package, head, inner) for head, inner in below.items())]


def part_of(package: Package, wish: Wish) -> Part:
    """One wish."""
    if wish.name == "cc" and "cc" not in package.arguments:
        return Part(COMPILER, "stdenv", compiler(package, wish), uses_old=False)
    if wish.name in package.arguments:
        return argument(package, wish)
    return attribute_part(package, wish)


def argument(package: Package, wish: Wish) -> Part:
    """A wish that is an argument of the package's function."""
    code = wish.code or named(package, wish)
    if code is None:
        if wish.is_name and not holds_text(package, wish.name):
            near = did_you_mean(wish.value, package.found.root)
            raise EvalError(
                f"'{wish.name}' is an argument of '{'.'.join(package.path)}', but there is no '{wish.value}'",
                hint=near or f"A text is {wish.name}='\"{wish.value}\"'.",
            )
        code = wish.text
    if wish.adds:
        return Part(ARGUMENTS, wish.name, f"old.{attribute_name(wish.name)} ++ {listed(code)}", uses_old=True)
    return Part(ARGUMENTS, wish.name, code, uses_old=False)


def attribute_part(package: Package, wish: Wish) -> Part:
    """A wish that is an attribute of what the package is built with."""
    old = value_of(package.found, package.attributes.get(wish.name, MISSING))
    name = attribute_name(wish.name)
    is_text = holds_text(package, wish.name)
    if not wish.adds and wish.is_number and is_text:
        return Part(ATTRIBUTES, wish.name, wish.text, uses_old=False)
    if not wish.adds:
        code = wish.code or (named(package, wish) if is_package(package.found, old) else None) or wish.text
        return Part(ATTRIBUTES, wish.name, code, uses_old=False)
    if (is_text and not list_like(package, wish.name)) or (old is MISSING and SCRIPT.fullmatch(wish.name)):
        text = wish.code or wish.text
        return Part(ATTRIBUTES, wish.name, f'(old.{name} or "") + {text}', uses_old=True)
    item = wish.code or named(package, wish) or wish.text
    return Part(ATTRIBUTES, wish.name, f"(old.{name} or [ ]) ++ {listed(item)}", uses_old=True)


def part_below(package: Package, head: str, wishes: Sequence[Wish]) -> Part:
    """Wishes for parts of an attribute: of what is fetched (`src.rev`), or of a set (`meta.broken`).

    What is fetched from elsewhere gets a hash that only asks for the right one.
    """
    value = value_of(package.found, package.value.get(head, MISSING))
    given: dict[str, str] = {}
    for wish in wishes:
        name = wish.name.split(".", 1)[1]
        if type(value) is not dict or "." in name or wish.adds:
            what = f"'{wish.name}': of '{head}' there is no such part to be given"
            raise EvalError(f"{what}; give the whole of '{head}'")
        given[name] = wish.code or named(package, wish) or wish.text
    old = f"old.{attribute_name(head)}"
    if not is_package(package.found, value):
        return Part(ATTRIBUTES, head, f"{old} // {bindings(given)}", uses_old=True)
    takes = accepted(package.found, value)
    by_arguments = all(name in takes for name in given)
    hashes = [name for name in HASHES if name in takes] if by_arguments else ["outputHash"]
    placeholder = is_fixed(package.found, value) and bool(hashes) and not given.keys() & ZEROS.keys()
    if placeholder:
        given[hashes[0]] = f'"{ZEROS[hashes[0]]}"'
    if by_arguments:
        return Part(
            ATTRIBUTES, head, f"{old}.override {bindings(given)}", uses_old=True, placeholder=placeholder
        )
    code = f"{old}.overrideAttrs (_: {bindings(given)})"
    return Part(ATTRIBUTES, head, code, uses_old=True, placeholder=placeholder)


LONGEST = 90
"""Columns of an expression that is written on one line."""

HASHES = ("hash", "sha256")
"""What fetchers take as the hash, the better one first."""


def bindings(given: dict[str, str]) -> str:
    """A set as code, on lines of their own where they are long."""
    items = [f"{attribute_name(name)} = {code};" for name, code in given.items()]
    line = f"{{ {' '.join(items)} }}"
    return line if len(line) <= LONGEST // 2 else "\n    ".join(["{", *items]) + "\n  }"


LISTS = frozenset({
    "patches", "buildInputs", "nativeBuildInputs", "propagatedBuildInputs", "checkInputs", "configureFlags",
    "cmakeFlags", "mesonFlags", "makeFlags", "outputs", "nativeCheckInputs", "checkFlags", "buildFlags",
})  # fmt: skip
"""Attributes that are lists, also where a package has none."""


SCRIPT = re.compile(r"(?:pre|post)[A-Z]\w*|\w+Phase|shellHook|NIX_\w+")
"""Attributes that are texts, also where a package has none."""


def list_like(package: Package, name: str) -> bool:
    """Whether an attribute is a list, as the package wrote it."""
    return name in LISTS or type(value_of(package.found, package.value.get(name, MISSING))) is tuple


def holds_text(package: Package, name: str) -> bool:
    """Whether the attribute of that name, with which the package is built, is a text now."""
    value = value_of(package.found, package.attributes.get(name, MISSING))
    return type(value) in (str, ContextString)


def named(package: Package, wish: Wish) -> str | None:
    """`pkgs.NAME`, if a bare word names something: beside the package first, then at the top."""
    if not wish.is_name:
        return None
    names = wish.value.split(".")
    for prefix in (package.path[:-1], ()):
        value = attribute(package.found, package.found.root, *prefix, *names)
        if value is not MISSING and not isinstance(value, Exception):
            return select((*prefix, *names))
    return None


def compiler(package: Package, wish: Wish) -> str:
    """The `stdenv` with another compiler."""
    ready = f"{wish.value}Stdenv"
    if attribute(package.found, package.found.root, ready) is not MISSING:
        return select((ready,))
    found = named(package, wish)
    if found is None:
        near = did_you_mean(wish.value, package.found.root)
        raise EvalError(f"there is no compiler '{wish.value}' in the set", hint=near)
    return f"{PKGS}.overrideCC {PKGS}.stdenv {found}"


def select(path: Sequence[str]) -> str:
    """`pkgs.a.b`."""
    return ".".join([PKGS, *map(attribute_name, path)])


def listed(code: str) -> str:
    """A value as a list, if it is none."""
    return code if code.startswith("[") else f"[ {code} ]"


def expression(package: Package, parts: Sequence[Part]) -> str:
    """The package with everything given: arguments first, for attributes given before would be lost."""
    line = composed(package, parts, spread=False)
    return line if len(line) <= LONGEST else composed(package, parts, spread=True)


def composed(package: Package, parts: Sequence[Part], *, spread: bool) -> str:
    """The expression on one line, or (*spread*) with each binding on its own."""
    code = select(package.path)
    arguments = [part for part in parts if part.how in (ARGUMENTS, COMPILER)]
    attributes = [part for part in parts if part.how == ATTRIBUTES]
    if arguments:
        old = any(part.uses_old for part in arguments)
        code = f"{code}.override {given(arguments, function=old, spread=spread)}"
    if attributes:
        head = f"({code})" if arguments else code
        code = f"{head}.overrideAttrs {given(attributes, function=True, spread=spread)}"
    return code


def given(parts: Sequence[Part], *, function: bool, spread: bool) -> str:
    """The argument of an overriding function: a set, or a function of what was there."""
    bindings = [f"{attribute_name(part.name)} = {part.code};" for part in parts]
    code = "{\n  " + "\n  ".join(bindings) + "\n}" if spread else f"{{ {' '.join(bindings)} }}"
    return f"(old: {code})" if function else code
