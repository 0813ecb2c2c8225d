"""Values and places in few words, as a reader recognises them.

`brief` forces nothing by itself; with `forcing(found)` it evaluates what a value is recognised by: the items
of a list, whether a set is a derivation, and its name. Places are shown from the current folder or from the
entry of the lookup path that they are below, see `Folder`.
"""

from __future__ import annotations

import os
import re
from types import FunctionType

from nixlite.errors import NixError
from nixlite.explain.recording.recorder import settled
from nixlite.host.mounts import origin
from nixlite.runtime.values import MISSING, ContextString, NixPath, PrimOp, PrimOpApp, is_derivation_type
from nixlite.spelling import attribute_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.program import Examination
    from nixlite.runtime.state import State

    Look = Callable[[Any], Any]
    """Gives the value of a lazy, MISSING where it has none (yet)."""

WIDTH = 60
ROW, MOST = 100, 8
"""Of a list: after how many columns no further item is shown, and how many items at most."""

CHANGES = 4
"""Attributes that are said of a package that was changed."""

PLUMBING = frozenset({"args", "builder", "stdenv", "system", "__ignoreNulls", "outputs"})
"""What a derivation has besides what its author gave."""

PAGE = 100
"""Columns of a paragraph."""

TEXTS = (str, ContextString)

INTERNAL = "«nix-internal»/"


def brief(value: Any, depth: int = 1, look: Look = settled) -> str:
    """A value as a reader recognises it: strings quoted and cut, lists and sets by their first items."""
    value = look(value)
    kind = type(value)
    if value is MISSING:
        return "…"
    if isinstance(value, NixError):
        return f"error: {first_line(value)}"
    if kind is bool or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if kind is ContextString or kind is str:
        return quoted(value.text if kind is ContextString else value)
    if kind is NixPath:
        return str(value.path)
    if kind in (FunctionType, PrimOp, PrimOpApp):
        return "«function»"
    if kind is dict:
        return brief_set(value, depth, look)
    return brief_list(value, depth, look) if kind is tuple else str(value)


def brief_list(items: tuple[Any, ...], depth: int, look: Look) -> str:
    """A list by its first items."""
    if not items:
        return "[ ]"
    shown: list[str] = []
    for item in items[:MOST]:
        if len(shown) > 3 and sum(map(len, shown)) > ROW:
            break
        shown.append(brief(item, depth - 1, look) if depth > 0 else "…")
    return f"[ {' '.join(shown)}{' …' if len(items) > len(shown) else ''} ]"


def brief_set(attrs: dict[str, Any], depth: int, look: Look = settled) -> str:
    """A set: a derivation by its name."""
    if is_derivation_type(look(attrs.get("type", MISSING))):
        name = look(attrs.get("name", MISSING))
        return f"«derivation {text_of(name) if type(name) in TEXTS else '…'}»"
    if not attrs:
        return "{ }"
    names = sorted(attrs)
    if depth <= 0:
        return "{ … }"
    items = [f"{attribute_name(name)} = {brief(attrs[name], depth - 1, look)};" for name in names[:3]]
    return f"{{ {' '.join(items)}{' …' if len(names) > 3 else ''} }}"


def package_changes(old: Any, new: Any, look: Look) -> str:
    """What differs between a package and a later one, of what they are built with: `doCheck: false → true`;
    "" where one of them is no package, or nothing does."""
    sides = []
    for value in (old, new):
        attrs = look(value)
        if type(attrs) is not dict or look(attrs.get("type", MISSING)) != "derivation":
            return ""
        given = look(attrs.get("drvAttrs", MISSING))
        sides.append(given if type(given) is dict else {})
    changed = []
    for name in sorted({*sides[0], *sides[1]} - PLUMBING):
        before, after = (brief(side.get(name, MISSING), 1, look) if name in side else "—" for side in sides)
        if before != after:
            changed.append(f"{name}: {before} → {after}")
    return "; ".join(changed[:CHANGES]) + (
        f" and {len(changed) - CHANGES} more" if len(changed) > CHANGES else ""
    )


def forcing(found: Examination) -> Look:
    """How `brief` looks at values that it may evaluate: what fails is the error.

    What is evaluated for showing leaves no trace in the record: no reads, no circle of a recursion.
    """
    recorder, guard = found.recorder, found.evaluator.guard

    def look(cell: Any) -> Any:
        if cell is MISSING:
            return MISSING
        if recorder.frames[-1] is recorder.nobody:  # no question whose reads would be written down
            value = settled(cell)
            if value is not MISSING:
                return value
        circle = recorder.cycle
        try:
            return recorder.ask(lambda: guard(recorder.force, cell))[1]
        finally:
            recorder.cycle = circle

    return look


def first_line(error: NixError) -> str:
    """An error's message up to its first line's end."""
    return next((line for line in str(error).splitlines() if line.strip()), "").strip()


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
    for path, other in zip(STORE_PATH.finditer(a), STORE_PATH.finditer(b), strict=False):
        if path[0] != other[0] and path[2] == other[2] and unhashed(a) == unhashed(b):
            return f"with the {path[2]} of before", f"with another {path[2]}"
    x_text, y_text = unhashed(a), unhashed(b)
    shortest = min(len(a), len(b))
    same = next((i for i, (x, y) in enumerate(zip(x_text, y_text, strict=False)) if x != y), shortest)
    start = max(0, same - WIDTH // 3)
    return excerpt(a, start), excerpt(b, start)


STORE_PATH = re.compile(r"/([0-9a-z]{32})-([0-9A-Za-z+._?=-]+)")
"""A store path without the store directory: its hash and its name."""


def unhashed(text: str) -> str:
    """A text without the hashes in store paths, as long as it was."""
    return STORE_PATH.sub(lambda found: f"/{'e' * 32}-{found[2]}", text)


def excerpt(text: str, start: int) -> str:
    """A part of a text in quotes, with dots for what is left out."""
    part = quoted(text[start : start + WIDTH - 2])[1:-1]
    return f'"{"…" if start else ""}{part}{"…" if start + WIDTH - 2 < len(text) else ""}"'


class Folder(str):
    """The current folder, that places are shown from; *entries* are the other names for folders and files:
    (`nixpkgs`, absolute path) is shown as `<nixpkgs>`, one with an empty name by what is below it. *trees*
    has for the store path of a fetched tree, a flake say, the directory or reference that it comes from."""

    __slots__ = ("entries", "trees")

    def __new__(
        cls, path: str, entries: tuple[tuple[str, str], ...] = (), trees: dict[str, str] | None = None
    ) -> Folder:
        """A string as any other, for those who want only the path."""
        made = super().__new__(cls, path)
        made.entries = entries
        made.trees = trees or {}
        return made

    entries: tuple[tuple[str, str], ...]
    trees: dict[str, str]


def folder_of(state: State) -> Folder:
    """The current folder of an evaluation, with its lookup path: entries that are on this machine, and the
    bundled set."""
    # Only where something is explained.
    from nixlite.host.lookup_path import absolute, bundled_nixpkgs, is_pseudo_url, lookup_path

    entries: dict[tuple[str, str], None] = {}
    host = state.host
    known = state.caches.get("lookup path", {})  # what was looked for, downloads as well
    for prefix, path in lookup_path(state.settings, host):
        if path in known:
            full = known[path]
        else:
            full = None if is_pseudo_url(path) or path.startswith("flake:") else absolute(state, path)
        if full is not None:
            entries[prefix, full] = None
            entries[prefix, host.real_path(full)] = None
    if not any(prefix == "nixpkgs" for prefix, _ in entries):
        bundled = bundled_nixpkgs(state, "nixpkgs")
        if bundled is not None:
            entries["nixpkgs", bundled] = None
    return Folder(state.settings.cwd, tuple(entries), state.caches.get("shown trees"))


def shown_file(file: str, base: str = "") -> str:
    """A file's name from the nearest that it is below: *base*, or an entry of its lookup path."""
    file = file.partition("\x1f")[0]
    if isinstance(base, Folder) and base.trees:
        file = origin(file, base.trees)
    if not file.startswith("/"):
        return f"<nix/{file[len(INTERNAL) :]}>" if file.startswith(INTERNAL) else file
    best, start = file, 0
    if len(base) > 1 and file.startswith(base + "/"):
        best, start = file[len(base) + 1 :], len(base)
    for name, path in base.entries if isinstance(base, Folder) else ():
        below = file == path or file.startswith(path + "/")
        if below and len(path) > start and (name or file != path):
            if name:
                best = f"<{name}>{file[len(path) :]}"
            else:
                first, slash, rest = file[len(path) + 1 :].partition("/")
                best = f"<{first}>{slash}{rest}"
            start = len(path)
    return best


def shown_place(place: Place | None, base: str = "") -> str:
    """`file:line`, the file as `shown_file` has it: `pkg.nix:26`, `<nixpkgs>/pkgs/curl.nix:4`."""
    return f"{shown_file(place[0], base)}:{place[1]}" if place is not None else "(nowhere)"


def page_width() -> int:
    """The columns of the terminal, if there is one that is narrower than a page."""
    try:
        columns = os.get_terminal_size(1).columns
    except (OSError, ValueError):  # the standard output is no terminal
        return PAGE
    return min(columns, PAGE) or PAGE


def paragraph(text: str, indent: str = "") -> str:
    """A sentence on lines of a terminal's width; words are not broken."""
    from textwrap import fill

    return fill(
        text,
        page_width(),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def one_line(text: str, width: int = WIDTH) -> str:
    """Source text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 1]}…"
