"""Packages that only wrap others: environments, compilers' wrappers, `symlinkJoin`, shells.

A wrapper has no source of its own. What is written into it does not get into the programs inside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.explain.stale.facts import (
    built_from,
    drv_path,
    is_fixed,
    is_package,
    name_of,
    value_of,
)
from nixlite.runtime.values import MISSING

if TYPE_CHECKING:
    from typing import Any

    from nixlite.explain.recording.program import Examination

ASIDE = frozenset(
    {"stdenv", "builder", "args", "nativeBuildInputs", "propagatedNativeBuildInputs", "depsBuildBuild",
     "system",
     "override", "overrideAttrs", "overrideDerivation", "out", "all", "inputDerivation", "tests",
     "pythonModule",
     "buildInputs", "propagatedBuildInputs"}
)  # fmt: skip
"""What a package is built with or has beside; a program that is wrapped is none of these."""


class Inside(NamedTuple):
    """A program in a wrapper: the attribute that leads to it (`cc`, `paths`), its place in a list (-1: no
    list), the package."""

    attribute: str
    at: int
    package: Any
    name: str


def is_wrapper(found: Examination, package: Any) -> bool:
    """Whether a package has no source of its own."""
    if not is_package(found, package) or is_fixed(found, package):
        return False
    attrs = built_from(found, package)
    return all(empty(found, attrs.get(name, MISSING)) for name in ("src", "srcs", "unpackPhase"))


def empty(found: Examination, cell: Any) -> bool:
    """Whether an attribute is absent or says nothing."""
    value = value_of(found, cell)
    return value is MISSING or value is None or value in ("", ())


def inside_of(found: Examination, package: Any) -> list[Inside]:
    """The programs in a wrapper, those with sources of their own."""
    if not is_wrapper(found, package):
        return []
    result: dict[str, Inside] = {}
    for name, cell in {**built_from(found, package), **package}.items():
        if name in ASIDE or name.startswith("_") or name in ("meta", "passthru", "drvAttrs"):
            continue
        value = value_of(found, cell)
        items = value if type(value) is tuple else (value,)
        for index, item in enumerate(items):
            inner = value_of(found, item)
            if not is_package(found, inner) or is_fixed(found, inner) or is_wrapper(found, inner):
                continue
            path = drv_path(found, inner)
            if isinstance(path, str):
                at = index if type(value) is tuple else -1
                result.setdefault(path, Inside(name, at, inner, name_of(found, inner)))
    own = drv_path(found, package)
    inputs = found.evaluator.state.store.read_derivation(own).inputs if isinstance(own, str) else {}
    return [item for path, item in result.items() if path in inputs]
