"""Who reads a variable of a build: the scripts that the build runs, as far as they can be seen by
evaluating.

A variable that no script names is read by nobody, unless a program asks for it by itself. A build with a
`buildCommand` runs that and none of the phases, so what only `setup.sh` reads is not read there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.explain.recording.program import Examination
    from nixlite.store.derivation import Derivation

MOST = 1_000_000
"""Bytes of a script that are searched."""

DEPTH = 3
"""How far the inputs of a build are followed: its compiler's wrapper is an input of its stdenv."""

ALWAYS = frozenset(
    {
        "out",
        "name",
        "system",
        "builder",
        "outputs",
        "stdenv",
        "src",
        "srcs",
        "buildInputs",
        "version",
        "pname",
    }
)
"""Variables that say what a package is, whoever reads them."""

OF_NIX = frozenset(
    {"outputHash", "outputHashAlgo", "outputHashMode", "impureEnvVars", "allowedReferences",
     "allowedRequisites", "disallowedReferences", "disallowedRequisites", "preferLocalBuild",
     "allowSubstitutes",
     "requiredSystemFeatures", "passAsFile", "exportReferencesGraph", "outputChecks", "maxSize", "args"}
)  # fmt: skip
"""Variables that Nix itself reads. Manual: Advanced attributes."""


class Reader(NamedTuple):
    """A line that names a variable: in a *file* (its path on disk, or in the store), or in a variable of
    the build (`buildCommand`), then *line* is 0."""

    file: str
    line: int
    text: str


class Readers(NamedTuple):
    """Who reads a variable; *searched* is the number of scripts that were looked at. *command*: the build
    runs its `buildCommand` only."""

    found: list[Reader]
    searched: int
    command: bool


def readers(found: Examination, drv_path: str, name: str) -> Readers:
    """The lines that name a variable, in the build's own variables first, then in its scripts."""
    store = found.evaluator.state.store
    drv = store.read_derivation(drv_path)
    command = bool(drv.env.get("buildCommand")) or "buildCommandPath" in drv.env
    if name in OF_NIX:
        return Readers([Reader("Nix itself", 0, name)], 0, command)
    lines = [
        Reader(variable, 0, line)
        for variable, text in sorted(drv.env.items())
        if variable != name
        for line in lines_with(text, rf"\$\{{?[!#]?{re.escape(name)}\b|\b{re.escape(name)}\[@")
    ]
    searched = 0
    named = rf"(?<![\w.-]){re.escape(name)}(?![\w-])"
    for path, own in scripts(store, drv, set(), DEPTH):
        text = text_at(store, path)
        if text is None:
            continue
        searched += 1
        if command and own and "genericBuild" in text:
            continue  # it would run the phases, but for the buildCommand
        rows = [
            (n, line)
            for n, line in enumerate(text.split("\n"), 1)
            if is_code(line) and re.search(named, line)
        ]
        lines += [Reader(origin(store, path), row, line.strip()) for row, line in rows[:3]]
    return Readers(lines, searched, command)


def lines_with(text: str, pattern: str) -> list[str]:
    """The lines of a text in which a pattern is found."""
    return [line.strip() for line in text.split("\n") if re.search(pattern, line)]


def is_code(line: str) -> bool:
    """Whether a line of a script does something."""
    return not line.lstrip().startswith("#")


def scripts(store: Any, drv: Derivation, seen: set[str], depth: int) -> Iterator[tuple[str, bool]]:
    """(path of a file that a build has as it is in the source tree, whether it is a script of stdenv's
    own)."""
    for path in sorted(drv.sources):
        if path not in seen:
            seen.add(path)
            yield path, True
    if depth:
        for path in sorted(drv.inputs):
            if path not in seen:
                seen.add(path)
                below = store.read_derivation(path)
                if not below.is_fixed:
                    yield from scripts(store, below, seen, depth - 1)


def text_at(store: Any, path: str) -> str | None:
    """The text of a file in the store, None for what is none."""
    from nixlite.store.tree import File

    node = store.node_at(path)
    if not isinstance(node, File):
        return None
    try:
        data = node.read()
    except (NixError, OSError):
        return None
    return None if len(data) > MOST or b"\0" in data else data.decode("utf-8", "replace")


def origin(store: Any, path: str) -> str:
    """The path of the file that was copied to a store path, that one where it is not known."""
    return store.copied_from(path) or path
