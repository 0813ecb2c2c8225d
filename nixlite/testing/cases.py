"""Which tests there are in a set: nix-unit's shape, and that of nixpkgs' `lib.runTests`.

A test is an attribute whose name begins with `test`, a set `{ expr; expected; }` or
`{ expr; expectedError; }`. Other sets are gone into. Finding them evaluates no `expr`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.thunk import attribute_position, force
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nixlite.runtime.values import Lazy

EXPR, EXPECTED, EXPECTED_ERROR = "expr", "expected", "expectedError"
PREFIX = "test"
UNNAMED = f"its name does not begin with '{PREFIX}'"
UNLISTED = "the list 'tests' does not name it"


class Case(NamedTuple):
    """One test.

    *name*: the attribute path, as it is written; *line*: where it is defined, 1-based, None where that is
    another file or not known; *skip*: why it is not run, "" if it is. *check* runs it, and raises Failure.
    """

    name: str
    line: int | None
    skip: str
    check: Callable[[], None]


class Found(NamedTuple):
    """A test in a set: its path, its value, why it is not run ("" if it is)."""

    path: tuple[str, ...]
    value: Any
    skip: str = ""


def tests_in(attrs: dict[str, Lazy], *, flat: bool) -> Iterator[Found]:
    """The tests in a set, by name. *flat*: `lib.runTests` does not look into other sets.

    A set that cannot be evaluated is a test, which fails. What only looks like a test is there too, skipped:
    a test that never runs must not go unseen.
    """
    return _tests_in(attrs, (), flat, set())


def _tests_in(attrs: dict[str, Lazy], path: tuple[str, ...], flat: bool, inside: set[int]) -> Iterator[Found]:
    listed = listed_tests(attrs)
    inside = {*inside, id(attrs)}
    for name in sorted(attrs):
        here, lazy = (*path, name), attrs[name]
        if name == "tests" and listed is not None:
            continue
        if listed and name in listed:
            yield Found(here, lazy)
            continue
        value = outcome(lazy)
        if isinstance(value, NixError):
            yield Found(here, lazy)
        elif name.startswith(PREFIX) and not is_group(value):
            yield Found(here, lazy, UNLISTED if listed else "")
        elif type(value) is dict and looks_like_test(value):
            yield Found(here, lazy, UNLISTED if listed else UNNAMED)
        elif type(value) is dict and not flat and id(value) not in inside and not is_package(value):
            yield from _tests_in(value, here, flat, inside)


def listed_tests(attrs: dict[str, Lazy]) -> list[str] | None:
    """The names in the list `tests`, by which `lib.runTests` is told what to run; None without one."""
    found = outcome(attrs.get("tests"))
    if type(found) is not tuple:
        return None
    names = [outcome(item) for item in found]
    return [name for name in names if type(name) is str]


def looks_like_test(value: dict[str, Lazy]) -> bool:
    """Whether a set has what a test has."""
    return EXPR in value and (EXPECTED in value or EXPECTED_ERROR in value)


def is_group(value: Any) -> bool:
    """Whether a set whose name begins with `test` holds tests instead of being one, as a flake's `tests`."""
    if type(value) is not dict or not {EXPR, EXPECTED, EXPECTED_ERROR}.isdisjoint(value):
        return False
    return any(type(outcome(inner)) is dict for inner in value.values())


def is_package(value: dict[str, Lazy]) -> bool:
    """Whether a set is a derivation, in which nobody writes tests."""
    try:
        return is_derivation(value)
    except NixError:
        return False


def outcome(lazy: Lazy) -> Any:
    """The value, or the error that comes instead."""
    try:
        return force(lazy)
    except NixError as error:
        return error


def place_of(found: Found) -> tuple[str, int, int] | None:
    """(file, line, column) where a test is defined, None where that is not known."""
    return attribute_position(found.value)


def shown_name(path: tuple[str, ...]) -> str:
    """The path as it is written. pytest uses brackets for parameters, so there are none in it."""
    return ".".join(map(attribute_name, path)).replace("[", "(").replace("]", ")")
