"""A value as a tree that opens lazily: rows with what is known; nothing is evaluated that nobody looks at."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from nixlite.errors import NixError
from nixlite.explain.brief import folder_of
from nixlite.explain.recording.program import located
from nixlite.formats.nix.evaluated import show_value
from nixlite.formats.nix.functions import signature
from nixlite.playground.bridge.problems import problem
from nixlite.playground.bridge.texts import place_spot
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.thunk import attribute_position, force, peek
from nixlite.runtime.values import MISSING, ContextString, NixPath, PrimOp, PrimOpApp
from nixlite.spelling import attribute_name, quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.evaluator import Evaluator
    from nixlite.playground.bridge.desk import Desk

PAGE = 200
"""Rows that are sent at once."""

AT_ONCE = 24
"""A set or list with so many members or fewer has them evaluated when it is opened."""

TEXT = 4000
"""Characters that are sent of a string."""

NAMES = 4
"""Attributes by which a set is shown in its row."""

SCALARS: dict[type, str] = {bool: "bool", int: "int", float: "float", NixPath: "path", type(None): "null"}


def row(evaluator: Evaluator, name: str, path: Sequence[str], cell: Any, *, evaluate: bool) -> dict[str, Any]:
    """A row of the tree: what is at *path*. `kind` is its type, `thunk` or `error`; `opens` says whether it
    has members, `at` where it is written."""
    place = attribute_position(cell)
    base = folder_of(evaluator.state)
    made: dict[str, Any] = {
        "name": name,
        "path": list(path),
        "at": place_spot(place, evaluator.sources, base) if place else None,
    }
    value: Any = peek(cell)
    if value is MISSING:
        if not evaluate:
            return made | {"kind": "thunk", "text": "", "opens": False}
        try:
            value = evaluator.guard(force, cell)
        except NixError as error:
            told = problem(error, evaluator)
            return made | {"kind": "error", "text": error.message, "opens": False, "problem": told}
    return made | described(evaluator, value)


def described(evaluator: Evaluator, value: Any) -> dict[str, Any]:
    """What is said of a value in WHNF: `kind`, `text`, `opens`, and how many members it has."""
    kind = type(value)
    if kind is str or kind is ContextString:
        text = value if kind is str else value.text
        cut = len(text) > TEXT
        shown = quote(text[:TEXT]).removesuffix('"') + "…" if cut else quote(text)
        return {"kind": "string", "text": shown, "opens": False}
    if kind is dict:
        return described_set(evaluator, value)
    if kind is tuple:
        return {"kind": "list", "text": "", "opens": bool(value), "count": len(value)}
    if kind in (FunctionType, PrimOp, PrimOpApp):
        word = "function" if kind is FunctionType else "builtin"
        name = f"{value.name} " if kind is PrimOp else ""
        return {"kind": word, "text": f"{name}{signature(value)}".strip(), "opens": False}
    text = str(show_value(evaluator.state, value))
    return {"kind": SCALARS.get(kind, "external"), "text": text, "opens": False}


def described_set(evaluator: Evaluator, value: dict[str, Any]) -> dict[str, Any]:
    """What is said of a set: a derivation by its name, another by its first attributes."""
    made = {"kind": "set", "opens": bool(value), "count": len(value)}
    try:
        if evaluator.guard(is_derivation, value):
            name = evaluator.guard(force, value["name"]) if "name" in value else "?"
            text = name.text if type(name) is ContextString else str(name)
            return made | {"kind": "derivation", "text": text}
    except NixError:
        pass  # one that cannot tell its name is shown as the set that it is
    names = [attribute_name(name) for name in sorted(value)]
    return made | {"text": " ".join(names[:NAMES]) + (" …" if len(names) > NAMES else "")}


def members(evaluator: Evaluator, path: Sequence[str], value: Any, start: int = 0) -> list[dict[str, Any]]:
    """The rows of what is in a set or list, from member *start* on, `PAGE` at most."""
    if type(value) is dict:
        names = sorted(value)[start : start + PAGE]
        pairs = [(name, attribute_name(name), value[name]) for name in names]
    elif type(value) is tuple:
        pairs = [(str(at), str(at), value[at]) for at in range(start, min(start + PAGE, len(value)))]
    else:
        return []
    evaluate = len(value) <= AT_ONCE
    return [row(evaluator, shown, [*path, key], cell, evaluate=evaluate) for key, shown, cell in pairs]


def open_at(desk: Desk, path: Sequence[str], start: int = 0) -> dict[str, Any]:
    """The row at *path*, evaluated, with its `members` from number *start* on."""
    evaluator = desk.evaluator
    cell = located(desk.root, path, lambda at: evaluator.guard(force, at)).cell if path else desk.root
    name = "" if not path else path[-1] if path[-1].isdigit() else attribute_name(path[-1])
    found = row(evaluator, name, path, cell, evaluate=True)
    value = peek(cell)
    return found | {"members": members(evaluator, path, value, start), "start": start}


def printed(desk: Desk, path: Sequence[str]) -> str:
    """The value at *path* as Nix prints it, evaluated all through. Raises NixError."""
    evaluator = desk.evaluator
    cell = located(desk.root, path, lambda at: evaluator.guard(force, at)).cell if path else desk.root
    return str(evaluator.guard(lambda at: show_value(evaluator.state, force(at)), cell))
