"""`nixlite why`: where an attribute's value was written, every layer since, and what it reads."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain.brief import brief, one_line, shown_place
from nixlite.explain.history import history
from nixlite.explain.places import FORMAL, PART
from nixlite.explain.program import locate
from nixlite.explain.recorder import settled
from nixlite.runtime.select import MISSING
from nixlite.runtime.values import PrimOp, PrimOpApp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.history import Layer
    from nixlite.explain.places import Definition
    from nixlite.explain.program import Examination
    from nixlite.explain.recorder import Node, Place


class Written(NamedTuple):
    """A definition that a value passed: its name, place, source text, and how it came to be given."""

    name: str
    place: Place | None
    text: str
    given: str


class Step(NamedTuple):
    """A layer of the attribute: what did it (`//`, `overrideAttrs`, …), where, the value, the definitions."""

    what: str
    place: Place | None
    value: str
    written: list[Written]


class Read(NamedTuple):
    """What a value reads, and what that reads."""

    name: str
    place: Place | None
    value: str
    reads: list[Read]


class Explanation(NamedTuple):
    """The answer to `why PATH`."""

    path: str
    value: str
    steps: list[Step]
    reads: list[Read]
    error: str


def explain(found: Examination, path: Sequence[str], depth: int = 3) -> Explanation:
    """Explain the attribute at *path*, which is forced; what it reads is followed to *depth*."""
    at = locate(found, path)
    node, value = found.recorder.ask(lambda: found.evaluator.guard(found.recorder.force, at.cell))
    error = str(value) if isinstance(value, Exception) else ""
    layers = history(found.recorder, at.attrs, at.name) if at.attrs is not None else []
    steps: list[Step] = []
    for entry in [step(found, layer) for layer in layers]:
        if not steps or entry.written[-1:] != steps[-1].written[-1:] or not entry.written:
            steps.append(entry)  # a layer that only passes on what was there changes nothing
    root = found.recorder.node(at.cell) if type(at.cell) is list else node
    chain = found.origins.chain(at.cell)
    reader = chain[-1] if chain else root
    reads = tree(found, reader, depth, {reader})
    return Explanation(".".join(path), "" if error else brief(value), steps, reads, error)


def step(found: Examination, layer: Layer) -> Step:
    """A layer with its value and where it was written."""
    _, value = found.recorder.ask(lambda: found.evaluator.guard(found.recorder.force, layer.cell))
    text = f"error: {value}" if isinstance(value, Exception) else brief(value)
    written = [entry for node in found.origins.chain(layer.cell) if (entry := definition(found, node))]
    what, place = layer.how, layer.place
    first = found.places.of(found.recorder.node(layer.cell)) if type(layer.cell) is list else None
    label = found.places.label(first) if first is not None and layer.how else None
    if label is not None:
        what, place = label.what, label.place
    return Step(what, place, text, written)


def definition(found: Examination, node: Node) -> Written | None:
    """What a node was made of, as a reader sees it."""
    entry = found.places.of(node)
    if entry is None:
        return None
    return Written(entry.name, entry.place, source_line(entry), found.origins.given_by(entry))


def source_line(entry: Definition) -> str:
    """The definition on one line."""
    if entry.kind == PART:
        return one_line(entry.text)
    if entry.value is None or entry.text == entry.name:
        return f"inherit {entry.name};" if entry.kind != FORMAL else entry.name
    mark = "?" if entry.kind == FORMAL else "="
    end = "" if entry.kind == FORMAL else ";"
    return f"{entry.name} {mark} {one_line(entry.text)}{end}"


# -- what is read


def tree(found: Examination, node: Node, depth: int, seen: set[Node]) -> list[Read]:
    """What a node reads, to a depth; expressions without a name are seen through."""
    if not depth:
        return []
    reads = []
    for other in visible(found, node):
        if other in seen:
            continue
        seen.add(other)
        entry = found.places.of(other)
        assert entry is not None
        deeper = tree(found, other, depth - 1, seen)
        reads.append(Read(entry.name, entry.place, brief(other.cell), deeper))
    return reads


def visible(found: Examination, node: Node) -> list[Node]:
    """The named values that a node reads: no functions, and no sets that were only selected from."""
    result: dict[Node, None] = {}
    todo, seen = list(node.reads)[::-1], {node}
    while todo:
        other = todo.pop()
        if other in seen:
            continue
        seen.add(other)
        entry = found.places.of(other)
        if entry is None or entry.kind == PART:
            todo += list(other.reads)[::-1]
        elif is_shown(other.cell):
            result[other] = None
    return list(result)


def is_shown(cell: Any) -> bool:
    """Whether a value that was read says something by itself."""
    value: Any = settled(cell)
    if type(value) is dict:
        return bool(settled(value.get("type", MISSING)) == "derivation")
    return type(value) not in (FunctionType, PrimOp, PrimOpApp)


# -- showing


def show(answer: Explanation, base: str = "") -> str:
    """The explanation as text; files below *base* are shown relative to it."""
    lines = [
        f"{answer.path or 'the value'} = {answer.value}"
        if not answer.error
        else f"{answer.path}: error: {answer.error}"
    ]
    for number, entry in enumerate(answer.steps, 1):
        lines.append("")
        what = f"by {entry.what} at {shown_place(entry.place, base)}" if entry.what else "defined"
        change = f"{answer.steps[number - 2].value} → {entry.value}" if number > 1 else entry.value
        lines.append(f"  {number}. {what}: {change}")
        for written in entry.written:
            given = f"  ({written.given})" if written.given else ""
            lines.append(f"       {shown_place(written.place, base)}   {written.text}{given}")
    if answer.reads:
        lines += ["", "  reads", *show_reads(answer.reads, base, "  ")]
    return "\n".join(lines) + "\n"


def show_reads(reads: Sequence[Read], base: str, indent: str) -> list[str]:
    """The tree of what is read."""
    lines = []
    for number, read in enumerate(reads):
        last = number == len(reads) - 1
        place = shown_place(read.place, base)
        lines.append(f"{indent}{'└─' if last else '├─'} {read.name} = {read.value}   {place}")
        lines += show_reads(read.reads, base, indent + ("   " if last else "│  "))
    return lines


def to_data(value: Any) -> Any:
    """Reports as plain data for JSON: named tuples become objects, places strings."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {key: to_data(item) for key, item in value._asdict().items()}
    if (
        isinstance(value, tuple)
        and len(value) == 3
        and isinstance(value[0], str)
        and isinstance(value[1], int)
    ):
        return f"{value[0].partition(chr(31))[0]}:{value[1]}:{value[2]}"
    if isinstance(value, (list, tuple)):
        return [to_data(item) for item in value]
    return value
