"""`nixlite override`: the code that gives a package what is wished, tried.

The plain override is written first and judged as `stale` judges any other; what is found to be missing there
is written, too. So the code either does all that was wished, or comes with what it does not reach.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.override.code import ARGUMENTS, COMPILER, PKGS, expression, package_at, parts_of
from nixlite.explain.stale.answer import stale
from nixlite.explain.stale.facts import NOT_BUILT, attribute, drv_path
from nixlite.explain.stale.fix.text_edits import replace
from nixlite.explain.stale.text import phrases_for
from nixlite.explain.stale.verdict import verdict
from nixlite.runtime.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nixlite.explain.override.code import Part
    from nixlite.explain.override.wishes import Wish
    from nixlite.explain.recording.program import Program
    from nixlite.explain.stale.answer import Answer as Judged
    from nixlite.explain.stale.fix.effects import Fix

HEAD = f"{PKGS}: "
"""What makes of the code a function of the package set."""


class Rebuilt(NamedTuple):
    """What is built anew: the .drv files that were not needed before, *fetched* of which only fetch."""

    derivations: int
    fetched: int


class Written(NamedTuple):
    """The *code*, with `pkgs` in scope; *ok*: everything that was wished got through. *mechanism* names the
    functions that give it, *why* says why these, *problems* what it does not reach. *placeholder*: a hash in
    it is made up, and *commands* find the right ones. *before* and *drv* are the .drv files without and with
    it. *scope*: the set that the package is in has an `overrideScope`."""

    code: str
    ok: bool
    mechanism: list[str]
    why: str
    problems: list[str]
    placeholder: bool
    commands: list[str]
    before: str
    drv: str
    rebuilt: Rebuilt
    path: tuple[str, ...]
    scope: bool


def write(make: Callable[[str], Program], path: Sequence[str], wishes: Sequence[Wish]) -> Written:
    """The override that fulfils *wishes* for the package at *path*; *make* gives the program that applies a
    function to the package set. Raises NixError where the package does not evaluate, or takes no such thing.
    """
    package = package_at(make(f"{HEAD}{PKGS}").checked(), path)
    parts = parts_of(package, wishes)
    code = expression(package, parts)
    judged = stale(make(f"{HEAD}{code}"), [])
    fix = next((fix for fix in judged.fixes if fix.ok and not fix.same), None)
    why = reason(judged, parts, fix)
    if fix is not None:
        code = fixed(code, fix)
        again = stale(make(f"{HEAD}{code}"), [])
        if isinstance(again.runs.first.drv, str):
            judged = again
        else:
            fix, code = None, expression(package, parts)
    before, drv = drv_path(package.found, package.value), judged.runs.first.drv
    for found in (before, drv):
        if isinstance(found, NixError):
            raise judged.runs.evaluator.explain(found)
    assert isinstance(before, str)
    assert isinstance(drv, str)
    problems = [] if fix is not None else problems_of(judged)
    placeholder = any(part.placeholder for part in parts) or (fix is not None and fix.assumes_hash)
    return Written(
        code,
        not problems,
        mechanisms(code),
        why,
        problems,
        placeholder,
        commands(judged) if placeholder else [],
        before,
        drv,
        rebuilt(judged, before, drv),
        tuple(path),
        attribute(package.found, package.found.root, *path[:-1], "overrideScope") is not MISSING,
    )


def proved(make: Callable[[str], Program], written: Written, overlay: str) -> str | None:
    """The .drv file of the package in the set with an overlay; None where it cannot be tried: the set has no
    `extend`. Raises the NixError that comes of it."""
    if make(f"{HEAD}{PKGS} ? extend").checked().root is not True:
        return None
    found = make(f"{HEAD}{PKGS}.extend ({overlay})").checked()
    drv = drv_path(found, package_at(found, written.path).value)
    if isinstance(drv, NixError):
        raise found.evaluator.explain(drv)
    return drv


def fixed(code: str, fix: Fix) -> str:
    """The code with the edits of a fix."""
    text = f"{HEAD}{code}"
    edits = [(start, end, new.replace("\n", f"\n{indent(text, start)}")) for start, end, new in fix.edits]
    return replace(text, edits, 0, len(text)).removeprefix(HEAD)


def indent(text: str, at: int) -> str:
    """The blanks that the line of an offset begins with."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip())]


def problems_of(judged: Judged) -> list[str]:
    """What the code does not reach, as `stale` says it."""
    found = verdict(judged, phrases_for(judged, ""))
    return found.problems or (found.notes or [found.headline] if found.code else [])


def reason(judged: Judged, parts: Sequence[Part], fix: Fix | None) -> str:
    """Why it is written like that."""
    names = [part.name for part in parts]
    told = ", ".join(f"`{name}`" for name in dict.fromkeys(names))
    if fix is not None and fix.say:
        return f"{fix.say[0].upper()}{fix.say[1:]}: given afterwards, {told} would not get through."
    if fix is not None:
        behind = sorted({item.path[0] for item in fix.effects})
        also = ", ".join(f"`{name}`" for name in behind if name not in names)
        made = also or "something"
        return f"{told} alone would not be enough: {made} had been made of the old value."
    arguments = [part.name for part in parts if part.how == ARGUMENTS]
    if any(part.how == COMPILER for part in parts):
        return "The compiler is part of `stdenv`, which is an argument of the package's function."
    if arguments and len(arguments) == len(parts):
        what = "is an argument" if len(parts) == 1 else "are arguments"
        return f"{told} {what} of the package's function."
    if arguments:
        return "Arguments of the package's function go to `override`, attributes to `overrideAttrs`."
    if all(name in NOT_BUILT for name in names):
        return f"{told} is about the package: nothing that is built reads it."
    return f"The builder reads {told}, and nothing was made of it before."


NAMES = ("overrideScope", "overridePythonAttrs", "overrideModAttrs", "overrideAttrs", "override")
BUILDERS = ("buildGoModule", "buildRustPackage", "buildPythonPackage", "buildNpmPackage", "mkDerivation")


def mechanisms(code: str) -> list[str]:
    """The functions in the code that override, in the order in which they are written."""
    places = [(code.find(f".{name} "), name) for name in NAMES if f".{name} " in code]
    calls = [name for name in BUILDERS if f"old.{name} " in code]
    places += [(code.find(f"old.{name} "), f"{name} called again") for name in calls]
    return [name for _, name in sorted(places)]


def commands(judged: Judged) -> list[str]:
    """What finds the hashes that are made up."""
    found = []
    for source in judged.sources:
        shown = source.after.shown
        if "://" in shown:
            unpack = "--unpack " if shown.endswith((".tar.gz", ".zip")) and "/archive/" in shown else ""
            found.append(f"nix-prefetch-url {unpack}{shown}")
    return list(dict.fromkeys(found))


def rebuilt(judged: Judged, before: str, drv: str) -> Rebuilt:
    """What the package needs with the code that it did not need before."""
    store = judged.runs.evaluator.state.store
    old = set(store.closure([before]))
    new = [path for path in store.closure([drv]) if path.endswith(".drv") and path not in old]
    fetched = sum(store.read_derivation(path).is_fixed for path in new)
    return Rebuilt(len(new), fetched)
