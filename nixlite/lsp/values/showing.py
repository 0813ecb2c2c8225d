"""Values in few words, as data for the editor's side: evaluated as far as is shown, and no further."""

from __future__ import annotations

from time import monotonic
from types import FunctionType
from typing import TYPE_CHECKING, Any

from nixlite.errors import NixError
from nixlite.explain.brief import brief
from nixlite.runtime.thunk import attribute_position, force, peek
from nixlite.runtime.values import (
    MISSING,
    ContextString,
    NixPath,
    PrimOp,
    PrimOpApp,
    is_derivation_type,
    lambda_info,
    linked,
    type_name,
)
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from nixlite.runtime.values import Lazy

PATIENCE = 0.15
"""Seconds for which parts of a value are evaluated to be shown."""
MOST_ROWS = 12
"""Attributes or items that are shown, a line each."""
LONGEST = 4000
"""Characters of a text that are shown."""
FACTS = ("pname", "version", "outputs", "system")
"""What is told of a derivation."""


class Patient:
    """Looks at the parts of a value: what takes long to evaluate is shown once it was."""

    def __init__(self) -> None:
        self.until = monotonic() + PATIENCE

    def __call__(self, x: Lazy) -> Any:
        """The value of a lazy, MISSING for one that nobody has evaluated when the time is over."""
        return look(x) if monotonic() < self.until else peek(x)


def look(x: Lazy) -> Any:
    """The value of a lazy, which is evaluated; the error where it fails."""
    if x is MISSING:
        return MISSING
    try:
        return force(x)
    except NixError as error:
        return error


def kind_of(value: Any) -> str:
    """What a value is: a type, or something that is more than its type."""
    if type(value) is dict:
        if is_derivation_type(look(value.get("type", MISSING))):
            return "derivation"
        if "_type" in value and peek(value["_type"]) == "option":
            return "option"
        if "__functor" in value:
            return "set that is a function"
    if type(value) in (PrimOp, PrimOpApp):
        return "built-in function"
    return {"lambda": "function"}.get(type_name(value), type_name(value))


def shown(x: Lazy) -> dict[str, Any]:
    """A value for hovering: `kind`, `text` (Nix code), `doc`, `facts`. Raises NixError where it has none."""
    value: Any = force(x)
    kind = kind_of(value)
    found: dict[str, Any] = {"kind": kind, "text": text_of(value, kind), "doc": doc_of(value)}
    if kind == "derivation":
        found["facts"] = facts_of(value)
    if kind == "set":
        found["count"] = len(value)
    return found


def text_of(value: Any, kind: str) -> str:
    """A value as code, cut."""
    if kind == "derivation":
        return brief(value, look=look)
    if type(value) in (str, ContextString):
        text = value.text if type(value) is ContextString else value
        if "\n" in text:
            return "''\n" + text[:LONGEST] + ("…" if len(text) > LONGEST else "") + "''"
        return brief(value) if len(text) < 60 else '"' + text[:LONGEST].replace('"', '\\"') + '"'
    patient = Patient() if type(value) is not dict or len(value) <= MOST_ROWS else peek
    if type(value) is dict:
        if len(value) > 200:
            return f"{{ … }}  # {len(value)} attributes"
        return rows(
            "{",
            "}",
            [f"{attribute_name(n)} = {brief(value[n], 1, patient)};" for n in sorted(value)[:MOST_ROWS]],
            len(value),
        )
    if type(value) is tuple:
        return rows("[", "]", [brief(x, 1, patient) for x in value[:MOST_ROWS]], len(value))
    if type(value) in (FunctionType, PrimOp, PrimOpApp):
        return signature(value)
    return brief(value)


def rows(begin: str, end: str, parts: list[str], count: int) -> str:
    """A set or list: on one line where that is short."""
    one = " ".join([begin, *parts, end])
    if count == len(parts) and len(one) < 70:
        return one
    more = [f"# … and {count - len(parts)} more"] if count > len(parts) else []
    return "\n".join([begin, *[f"  {part}" for part in [*parts, *more]], end])


def facts_of(value: dict[str, Any]) -> list[str]:
    """What a derivation is, in lines."""
    found = []
    meta = look(value.get("meta", MISSING))
    if type(meta) is dict:
        for name in ("description", "homepage"):
            text = look(meta.get(name, MISSING))
            if type(text) in (str, ContextString):
                found.append(str(text.text if type(text) is ContextString else text).strip())
    for name in FACTS:
        inner = look(value.get(name, MISSING))
        if inner is not MISSING and not isinstance(inner, NixError):
            found.append(f"{name}: {brief(inner, 1, look)}")
    return found


def signature(value: Any) -> str:
    """The arguments of a function: `s n`, `{ a, b ? …, ... }:`, `x:`."""
    if type(value) is PrimOp:
        return f"{value.name} {' '.join(linked(value).arguments)}"
    if type(value) is PrimOpApp:
        return " ".join(linked(value.primop).arguments[len(value.arguments) :])
    info = lambda_info(value)
    if info.formals is None:
        return f"{info.argument}: …"
    names = [f"{name} ? …" if optional else name for name, optional in info.formals]
    at = f"@{info.argument}" if info.argument else ""
    return f"{{ {', '.join([*names, '...'] if info.ellipsis else names)} }}{at}: …"


def parameters(x: Lazy) -> dict[str, Any] | None:
    """The parameters of a function for signature help: `label`, `parts`, `named`; None for no function."""
    value: Any = force(x)
    if type(value) is PrimOp:
        return {
            "label": signature(value),
            "parts": list(linked(value).arguments),
            "doc": doc_of(value),
            "named": False,
        }
    if type(value) is PrimOpApp:
        rest = list(linked(value.primop).arguments[len(value.arguments) :])
        return {
            "label": " ".join([value.primop.name, *rest]),
            "parts": rest,
            "doc": doc_of(value),
            "named": False,
        }
    if type(value) is dict and "__functionArgs" in value:
        args: Any = look(value["__functionArgs"])
        if type(args) is dict:
            formals = [(name, look(args[name]) is True) for name in args]
            return named(formals, False, doc_of(value))
    if type(value) is not FunctionType:
        return None
    info = lambda_info(value)
    if info.formals is not None:
        return named(list(info.formals), info.ellipsis, info.doc or "")
    return {"label": signature(value), "parts": [info.argument or "x"], "doc": info.doc or "", "named": False}


def named(formals: list[tuple[str, bool]], ellipsis: bool, doc: str) -> dict[str, Any]:
    """The parameters of a function that takes a set."""
    parts = [f"{name} ? …" if optional else name for name, optional in formals]
    label = "{ " + ", ".join([*parts, *(["..."] if ellipsis else [])]) + " }"
    return {
        "label": label, "parts": parts, "doc": doc, "named": True,
        "names": [name for name, _ in formals],
        "required": [name for name, optional in formals if not optional],
    }  # fmt: skip


def doc_of(value: Any) -> str:
    """What the comment before a function says, or the manual of a built-in one."""
    if type(value) is PrimOp:
        return linked(value).doc
    if type(value) is PrimOpApp:
        return linked(value.primop).doc
    if type(value) is FunctionType:
        return lambda_info(value).doc or ""
    return ""


def note(x: Lazy) -> str:
    """The type of a value that is there already, for a list of completions."""
    value = peek(x)
    if value is MISSING or isinstance(value, NixError):
        return ""
    if type(value) is dict:
        return "derivation" if is_derivation_type(peek(value.get("type", MISSING))) else "set"
    return kind_of(value)


def place_of(x: Lazy) -> tuple[str, int, int] | None:
    """Where an attribute is defined."""
    place = attribute_position(x)
    if place is None:
        value = peek(x)
        return lambda_info(value).position if type(value) is FunctionType else None
    return place


def is_path(value: Any) -> bool:
    """Whether a value is a path."""
    return type(value) is NixPath
