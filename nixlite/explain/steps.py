"""`nixlite trace`: each thunk as it is made, forced (by whom), read again and replaced by its value.

Steps are plain data: the text, JSON and the page of `steps_page` are made of the same list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.brief import Folder, brief, one_line, shown_place
from nixlite.explain.recording.leaves import forced, is_derivation
from nixlite.explain.recording.places import PART
from nixlite.explain.recording.recorder import Recorder

if TYPE_CHECKING:
    from nixlite.explain.recording.places import Definition
    from nixlite.explain.recording.program import Examination, Program
    from nixlite.explain.recording.recorder import Event, Node

LIMIT = 5000
"""Steps that are kept; the rest is only counted."""


class Step(NamedTuple):
    """A step: what happened to which thunk, by whom; *start* and *end* are offsets into *source*."""

    number: int
    kind: str
    name: str
    place: str
    by: str
    value: str
    depth: int
    source: str
    start: int
    end: int


class Trace(NamedTuple):
    """All steps, the sources by name, the result or error, how many steps were left out, and the error."""

    steps: list[Step]
    sources: dict[str, str]
    result: str
    left_out: int
    error: NixError | None = None


def record(program: Program, *, strict: bool = False, everywhere: bool = False, limit: int = LIMIT) -> Trace:
    """Evaluate a program step by step; *strict*: all of it. Steps in other sources than the program's
    own only count *everywhere*."""
    found = program.run(Recorder(steps=True, describe=brief))
    error = found.error
    if strict and error is None:
        _, answer = found.recorder.ask(lambda: evaluate_all(found, found.root))
        error = answer if isinstance(answer, NixError) else None
    result = f"error: {error}" if error is not None else brief(found.root, 3)
    steps: list[Step] = []
    left_out = 0
    depths: dict[Node, int] = {}
    for event in found.recorder.events:
        entry = found.places.of(event.node)
        if entry is None or not (everywhere or entry.place[0] in program.entries):
            continue
        if len(steps) >= limit:
            left_out += 1
            continue
        steps.append(step(found, event, entry, len(steps) + 1, depth_of(event, depths)))
    names = {item.source for item in steps}
    texts = {name: found.evaluator.sources[name].text for name in names}
    return Trace(steps, texts, result, left_out, error)


def evaluate_all(found: Examination, cell: Any) -> None:
    """Evaluate a value and all in it, each part once; of a derivation its output path. Raises NixError."""
    todo, seen = [cell], set()
    while todo:
        value = forced(found, todo.pop())
        if type(value) not in (dict, tuple) or id(value) in seen:
            continue
        seen.add(id(value))
        if type(value) is tuple:
            todo += reversed(value)
        elif "outPath" in value and is_derivation(found, value):
            todo.append(value["outPath"])
        else:
            todo += [value[name] for name in sorted(value, reverse=True)]


def depth_of(event: Event, depths: dict[Node, int]) -> int:
    """How deep a step is inside those shown: those in other sources count nothing."""
    if event.kind in ("value", "error"):
        return depths.pop(event.node, 0)
    if event.kind == "force":
        depths[event.node] = len(depths)
        return depths[event.node]
    return len(depths)


def step(found: Examination, event: Event, entry: Definition, number: int, depth: int) -> Step:
    """An event with what is written where it happened."""
    start, end = span(entry)
    by = found.places.of(event.by) if event.by is not None else None
    return Step(
        number,
        event.kind,
        name_of(entry),
        shown_place(entry.place, Folder("", (), found.evaluator.state.caches.get("shown trees"))),
        name_of(by) if by is not None else "",
        event.text,
        depth,
        entry.place[0],
        start,
        end,
    )


def span(entry: Definition) -> tuple[int, int]:
    """The offsets of a definition's expression; those of its name where it has none."""
    if entry.value is not None:
        return entry.value.start, entry.value.end
    starts = entry.source.line_starts()
    line = entry.source.text[starts[entry.place[1] - 1] :]
    before = len(line.encode("utf-8", "surrogateescape")[: entry.place[2] - 1].decode("utf-8", "ignore"))
    start = starts[entry.place[1] - 1] + before
    return start, start + len(entry.name)


def name_of(entry: Definition) -> str:
    """A definition's name, or its expression."""
    return one_line(entry.text.removeprefix("(").removesuffix(")"), 30) if entry.kind == PART else entry.name


TEXTS = {"create": "new", "force": "force", "read": "read", "value": "=", "error": "failed"}


def show(trace: Trace, base: str = "") -> str:
    """The steps as indented text."""
    lines = []
    for item in trace.steps:
        indent = "  " * min(item.depth, 30)
        value = f" = {item.value}" if item.kind == "read" else f" {item.value}" if item.value else ""
        by = f"   by {item.by}" if item.by and item.kind != "value" else ""
        place = item.place.removeprefix(f"{base}/") if base else item.place
        what = (
            f"{item.name} {TEXTS[item.kind]}" if item.kind == "value" else f"{TEXTS[item.kind]} {item.name}"
        )
        lines.append(f"{item.number:5}  {indent}{what}{value}   {place}{by}")
    if trace.left_out:
        lines.append(f"       … {trace.left_out} more steps")
    lines.append(f"result: {trace.result}")
    return "\n".join(lines) + "\n"


def to_data(trace: Trace) -> dict[str, Any]:
    """The trace as plain data."""
    return {
        "steps": [item._asdict() for item in trace.steps],
        "sources": trace.sources,
        "result": trace.result,
        "leftOut": trace.left_out,
    }
