"""What a package is called with: the scope that `callPackage` draws from, the function behind `override`.

Neither is guessed from how a set is written: the set's `callPackage` is called with a function that gives its
arguments back, and `override` with an argument that no function has, to see which function complains.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.quiet import quiet
from nixlite.runtime.call import call
from nixlite.runtime.thunk import force
from nixlite.runtime.values import PrimOp
from nixlite.source import Source
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nixlite.evaluator import Evaluator
    from nixlite.runtime.values import Lazy
    from nixlite.source import Position

UNKNOWN_NAME = "nixlite asks what this takes"
"""An argument that no function has."""

SCOPE_ENDINGS = ("ackages", "Pkgs", "xorg")
"""What the names of sets of packages inside a set of packages end in; only such are looked into."""

MOST_SCOPES = 3


class Scope(NamedTuple):
    """Where arguments come from: a set, and its `callPackage` if it has one."""

    attrs: dict[str, Lazy]
    call_package: Lazy | None = None


def scope_of_set(attrs: dict[str, Lazy]) -> Scope:
    """The scope of a set of packages."""
    return Scope(attrs, attrs.get("callPackage"))


def passed(evaluator: Evaluator, scope: Scope, names: Iterable[str]) -> dict[str, Lazy]:
    """Those of some names that `callPackage` finds, with their values, which are not evaluated.

    Without a `callPackage` that works these are the attributes of the set.
    """
    wanted = [name for name in names if attribute_name(name) == name]  # others cannot be formals
    if scope.call_package is not None and wanted:
        formals = ", ".join(f"{name} ? null" for name in wanted)
        probe = Source("«callPackage»", f"{{ {formals} }}@args: {{ inherit args; }}")
        with quiet(evaluator):
            try:
                function: Any = evaluator.evaluate_source(probe)
                found: Any = force(call_with(scope.call_package, function)["args"])
                return dict(found)
            except (NixError, TypeError, KeyError):  # it is another function that is called so
                pass
    return {name: scope.attrs[name] for name in names if name in scope.attrs}


def call_with(call_package: Any, function: Any) -> Any:
    """`callPackage function { }`."""
    return force(call(call(call_package, function), {}))


def places_elsewhere(evaluator: Evaluator, scope: Scope, names: list[str]) -> dict[str, list[str]]:
    """The sets inside of the set whose own `callPackage` finds some names: those names, best sets first."""
    found: dict[str, list[str]] = {}
    seen: list[Any] = []
    for name in sorted(scope.attrs):
        if not name.endswith(SCOPE_ENDINGS):
            continue
        with quiet(evaluator):
            try:
                inner: Any = force(scope.attrs[name])
            except NixError:
                continue
        if type(inner) is dict and "callPackage" in inner and not any(inner is other for other in seen):
            seen.append(inner)
            there = passed(evaluator, scope_of_set(inner), names)
            if there:
                found[name] = [wanted for wanted in names if wanted in there]
    order = sorted(sorted(found, reverse=True), key=lambda name: (-len(found[name]), *ordinariness(name)))
    return {name: found[name] for name in order[:MOST_SCOPES]}


def ordinariness(name: str) -> tuple[bool, int]:
    """What orders sets of packages of the same kind: `python3Packages` comes before `pythonPackages`, which
    may be of the version before, and before `python38Packages`."""
    return sum(map(str.isdigit, name)) != 1, len(name)


def refusing_function(evaluator: Evaluator, override: Lazy) -> Position | None:
    """Where the function of a package is, by its complaint of an argument that it does not have; None if it
    takes anything, or if it cannot be told."""
    with quiet(evaluator):
        try:
            force(call(override, {UNKNOWN_NAME: None}))
        except NixError as error:
            evaluator.explain(error)
            if "called with unexpected argument" in error.message and UNKNOWN_NAME in error.message:
                return error.position
    return None


def arguments_so_far(evaluator: Evaluator, override: Lazy) -> dict[str, Lazy] | None:
    """What a package is called with: what `override` hands to a function from the arguments so far."""
    found: list[Any] = []

    def note(old: Lazy) -> Any:
        found.append(force(old))
        return {}

    with quiet(evaluator):
        with suppress(NixError):
            force(call(override, PrimOp("note", note, ("old",), "")))
    return found[0] if found and type(found[0]) is dict else None
