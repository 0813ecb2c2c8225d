"""Functions as nixlite's REPL tells them apart: by name, arguments and place.

«lambda callPackageWith { stdenv, lib ? …, ... } lib/customisation.nix:121»
"""

from __future__ import annotations

from nixlite.runtime.values import FunctionType, PrimOp, PrimOpApp, lambda_info, linked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SHOWN = 60
"""Columns for the names of formals; the others are counted."""
PARTS = 2
"""Of a path that is neither below the working directory nor below the home directory, the last ones shown."""


def signature(value: Any) -> str:
    """The arguments of a function: `s n`, `{ a, b ? …, ... }:`, `x:`; "" for what is none."""
    if type(value) is PrimOp:
        return " ".join(linked(value).arguments)
    if type(value) is PrimOpApp:
        return " ".join(linked(value.primop).arguments[len(value.arguments) :])
    if type(value) is not FunctionType:
        return ""
    info = lambda_info(value)
    if info.formals is None:
        return f"{info.argument}:"
    names = [f"{name} ? …" if optional else name for name, optional in info.formals]
    return f"{braced([*names, '...'] if info.ellipsis else names)}:"


def braced(names: list[str]) -> str:
    """`{ a, b }`."""
    return f"{{ {', '.join(names)} }}" if names else "{ }"


def identified(function: FunctionType, cwd: str, home: str, *, known_as: str | None = None) -> str:
    """A function as it is shown: with its name, its arguments and where it is written, if that is a file.

    Below an attribute of its own name, *known_as*, it is `«lambda»`, with the names of formals.
    """
    info = lambda_info(function)
    arguments = f"{info.argument}: …" if info.formals is None else arguments_text(info.formals, info.ellipsis)
    if info.name and info.name == known_as:
        return "«lambda»" if info.formals is None else f"«lambda {arguments}»"
    file, line, _ = info.position
    place = f"{short_path(file, cwd, home)}:{line}" if file.startswith("/") else ""
    return f"«{' '.join(part for part in ('lambda', info.name, arguments, place) if part)}»"


def arguments_text(formals: tuple[tuple[str, bool], ...], ellipsis: bool) -> str:
    """Formals in their order, as many as there is room for."""
    names: list[str] = []
    room = SHOWN
    for name, optional in formals:
        text = f"{name} ? …" if optional else name
        room -= len(text) + 2
        if room < 0 and names:
            names.append(f"… {len(formals) - len(names)} more")
            break
        names.append(text)
    return braced([*names, "..."] if ellipsis else names)


def short_path(path: str, cwd: str, home: str) -> str:
    """A path in few words: relative to the working directory, below `~`, or its last parts."""
    for directory, start in ((cwd, ""), (home, "~/")):
        if directory not in ("", "/") and path.startswith(f"{directory}/"):
            rest = path[len(directory) + 1 :]
            return start + rest
    parts = path.split("/")
    return path if len(parts) <= PARTS + 2 else "…/" + "/".join(parts[-PARTS:])
