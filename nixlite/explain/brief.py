"""Values in few words, of what has been evaluated; nothing is forced."""

from __future__ import annotations

from types import FunctionType

from nixlite.errors import NixError
from nixlite.explain.recording.recorder import settled
from nixlite.runtime.values import MISSING, ContextString, NixPath, PrimOp, PrimOpApp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.explain.recording.recorder import Place

WIDTH = 60

TEXTS = (str, ContextString)


def brief(value: Any, depth: int = 1) -> str:
    """A value as a reader recognises it: strings quoted and cut, lists and sets by their first items."""
    value = settled(value)
    kind = type(value)
    if value is MISSING:
        return "…"
    if isinstance(value, NixError):
        return f"error: {value}"
    if kind is bool or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if kind is ContextString or kind is str:
        return quoted(value.text if kind is ContextString else value)
    if kind is NixPath:
        return str(value.path)
    if kind in (FunctionType, PrimOp, PrimOpApp):
        return "«function»"
    if kind is dict:
        return brief_set(value, depth)
    if kind is tuple:
        items = [brief(item, depth - 1) if depth else "…" for item in value[:4]]
        return f"[ {' '.join(items)}{' …' if len(value) > 4 else ''} ]" if items else "[ ]"
    return str(value)


def brief_set(attrs: dict[str, Any], depth: int) -> str:
    """A set: a derivation by its name."""
    if settled(attrs.get("type", MISSING)) == "derivation":
        name = settled(attrs.get("name", MISSING))
        return f"«derivation {text_of(name) if type(name) in (str, ContextString) else '…'}»"
    if not attrs:
        return "{ }"
    names = sorted(attrs)
    if not depth:
        return "{ … }"
    items = [f"{name} = {brief(attrs[name], depth - 1)};" for name in names[:3]]
    return f"{{ {' '.join(items)}{' …' if len(names) > 3 else ''} }}"


def text_of(value: Any) -> str:
    """The text of a string."""
    return value.text if type(value) is ContextString else str(value)


def quoted(text: str) -> str:
    """A string in quotes, cut in the middle where it is long."""
    if len(text) > WIDTH:
        text = f"{text[: WIDTH - 21]}…{text[-20:]}"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def brief_pair(old: Any, new: Any) -> tuple[str, str]:
    """Two values in few words; of long texts that begin and end alike, what differs with some of its line."""
    first, second = brief(old), brief(new)
    before, after = settled(old), settled(new)
    if first != second or type(before) not in TEXTS or type(after) not in TEXTS:
        return first, second
    a, b = text_of(before), text_of(after)
    same = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    start = max(0, same - WIDTH // 3)
    return excerpt(a, start), excerpt(b, start)


def excerpt(text: str, start: int) -> str:
    """A part of a text in quotes, with dots for what is left out."""
    part = quoted(text[start : start + WIDTH - 2])[1:-1]
    return f'"{"…" if start else ""}{part}{"…" if start + WIDTH - 2 < len(text) else ""}"'


def shown_place(place: Place | None, base: str = "") -> str:
    """`file:line`, the file relative to *base* where it is below."""
    if place is None:
        return "(nowhere)"
    file = place[0].partition("\x1f")[0]
    if base and file.startswith(base + "/"):
        file = file[len(base) + 1 :]
    return f"{file}:{place[1]}"


def one_line(text: str, width: int = WIDTH) -> str:
    """Source text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 1]}…"
