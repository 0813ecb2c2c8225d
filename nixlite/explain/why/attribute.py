"""`nixlite why`: where an attribute's value was written, every layer since, and what it reads."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain.brief import brief, forcing, one_line, package_changes, paragraph, shown_place, text_of
from nixlite.explain.modules.written import attribute
from nixlite.explain.recording.history import history
from nixlite.explain.recording.places import FORMAL, PART
from nixlite.explain.recording.program import locate
from nixlite.explain.recording.recorder import settled
from nixlite.explain.trials import show_advice
from nixlite.explain.why.cycles import show_steps
from nixlite.runtime.values import MISSING, ContextString, NixPath, PrimOp, PrimOpApp, is_derivation_type
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nixlite.explain.recording.history import Layer
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.places import Definition
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.recording.recorder import Node
    from nixlite.explain.trials import Advice


class Written(NamedTuple):
    """A definition that a value passed: its name, place, source text, and how it came to be given."""

    name: str
    place: Place | None
    text: str
    given: str


class Step(NamedTuple):
    """A layer of the attribute: what did it (`//`, `overrideAttrs`, …), where, the value, the definitions,
    and for a package what it changed."""

    what: str
    place: Place | None
    value: str
    written: list[Written]
    changes: str = ""


class Read(NamedTuple):
    """What a value reads, and what that reads; *hidden* are left out, of what that reads."""

    name: str
    place: Place | None
    value: str
    reads: list[Read]
    hidden: int


class Part(NamedTuple):
    """An item of a list: its value, and the definitions that it passed, the nearest first."""

    value: str
    written: list[Written]


class Explanation(NamedTuple):
    """The answer to `why PATH`."""

    path: str
    value: str
    steps: list[Step]
    reads: list[Read]
    hidden: int
    error: str
    verdict: Sequence[str] = ()
    advice: Sequence[Advice] = ()
    circle: Sequence[tuple[str, Place, str]] = ()
    parts: Sequence[Part] = ()


def explain(
    found: Examination, path: Sequence[str], depth: int = 3, *, everything: bool = False
) -> Explanation:
    """Explain the attribute at *path*, which is forced; what it reads is followed to *depth*.

    What only the functions that are called read is shown if its text is in the value; *everything*: always.
    """
    at = locate(found, path)
    node, value = found.recorder.ask(lambda: found.evaluator.guard(found.recorder.force, at.cell))
    error = str(value) if isinstance(value, Exception) else ""
    layers = history(found.recorder, at.attrs, at.name) if at.attrs is not None else []
    steps: list[Step] = []
    look = forcing(found)
    before: Any = MISSING
    for layer in layers:
        entry = step(found, layer)
        if not steps or entry.written[-1:] != steps[-1].written[-1:] or not entry.written:
            changes = package_changes(before, layer.cell, look) if steps else ""
            steps.append(entry._replace(changes=changes))  # a layer that only passes on changes nothing
        before = layer.cell
    root = found.recorder.node(at.cell) if type(at.cell) is list else node
    chain = found.origins.chain(at.cell)
    reader = chain[-1] if chain else root
    reads, hidden = tree(found, reader, depth, {reader}, everything)
    shown = "" if error else brief(value, look=forcing(found))
    return Explanation(".".join(path), shown, steps, reads, hidden, error)


def step(found: Examination, layer: Layer) -> Step:
    """A layer with its value and where it was written."""
    _, value = found.recorder.ask(lambda: found.evaluator.guard(found.recorder.force, layer.cell))
    text = f"error: {value}" if isinstance(value, Exception) else brief(value, look=forcing(found))
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
    if type(entry.value) is n.AttrSet and not entry.text.startswith(("{", "rec", "let")):
        return f"{attribute(entry, entry.name).text};"  # of `a.b = 1;`, whose sets are not written
    mark = "?" if entry.kind == FORMAL else "="
    end = "" if entry.kind == FORMAL else ";"
    return f"{entry.name} {mark} {one_line(entry.text)}{end}"


# -- what is read


def tree(
    found: Examination, node: Node, depth: int, seen: set[Node], everything: bool
) -> tuple[list[Read], int]:
    """(what a node reads, to a depth, and how much was left out); expressions without a name are seen
    through."""
    if not depth:
        return [], 0
    reads = []
    hidden = 0
    matters = relevance(found, node)
    for other in visible(found, node):
        if other in seen:
            continue
        entry = found.places.of(other)
        assert entry is not None
        if not everything and entry.name == "outPath":
            continue  # the derivation that it belongs to is there as well
        if not everything and not matters(other, entry):
            hidden += 1
            continue
        seen.add(other)
        deeper, below = tree(found, other, depth - 1, seen, everything)
        reads.append(Read(entry.name, entry.place, brief(other.cell, look=forcing(found)), deeper, below))
    return reads, hidden


def relevance(found: Examination, node: Node) -> Callable[[Node, Definition], bool]:
    """Whether a value that a node reads says something about it.

    That is so for what its own text names or defines, and for texts that are part of its value. What the
    functions that it calls, and comparisons of whole sets, read besides is of no interest to a reader: in
    nixpkgs that can be hundreds of values.
    """
    reader = found.places.of(node)
    if reader is None or reader.value is None:
        return lambda other, entry: True
    names = names_in(reader.value)
    start, end = reader.value.start, reader.value.end
    starts = reader.source.line_starts()
    whole = texts_in(settled(node.cell))

    def matters(other: Node, entry: Definition) -> bool:
        if entry.name in names:
            return True
        if entry.place[0] == reader.place[0] and start <= starts[entry.place[1] - 1] + entry.place[2] < end:
            return True
        return any(len(part) > 1 and part in text for part in texts_in(settled(other.cell)) for text in whole)

    return matters


def names_in(root: n.Expr) -> set[str]:
    """The variables and attributes that an expression names."""
    names: set[str] = set()
    for at in walk(root):
        if type(at) is n.Var:
            names.add(at.name)
        elif type(at) is n.Select:
            names.update(name for name in at.path if isinstance(name, str))
        elif type(at) is n.AttrSet:
            names.update(name for name, binding in at.bindings.items() if binding.value is None)
    return names


def texts_in(value: Any) -> list[str]:
    """The texts of a value: a string, a path, or a list of such."""
    if type(value) is tuple:
        return [text for item in value for text in texts_in(settled(item))]
    if type(value) is NixPath:
        return [value.path]
    return [text_of(value)] if type(value) in (str, ContextString) else []


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
        return is_derivation_type(settled(value.get("type", MISSING)))
    return type(value) not in (FunctionType, PrimOp, PrimOpApp)


# -- showing


def show(answer: Explanation, base: str = "") -> str:
    """The explanation as text; files below *base* are shown relative to it."""
    lines = [paragraph(line) for line in answer.verdict] + show_advice(answer.advice, base)
    if lines:
        lines.append("")
    lines.append(
        f"{answer.path or 'the value'} = {answer.value}"
        if not answer.error
        else f"{answer.path}: error: {answer.error}"
    )
    for number, entry in enumerate(answer.steps, 1):
        lines.append("")
        what = f"by {entry.what} at {shown_place(entry.place, base)}" if entry.what else "defined"
        before = answer.steps[number - 2].value if number > 1 else ""
        change = f": {before} → {entry.value}" if before not in ("", entry.value) else ""
        change = f": {entry.changes}" if entry.changes else change if before else f": {entry.value}"
        lines.append(f"  {number}. {what}{change}")
        for written in entry.written:
            given = f"  ({written.given})" if written.given else ""
            lines.append(f"       {shown_place(written.place, base)}   {written.text}{given}")
    if answer.parts:
        lines += ["", "  items", *show_parts(answer.parts, base)]
    if answer.circle:
        lines += ["", show_steps(answer.circle, base).rstrip("\n")]
    if answer.reads or answer.hidden:
        lines += ["", "  reads", *show_reads(answer.reads, answer.hidden, base, "  ")]
    return "\n".join(lines) + "\n"


def show_parts(parts: Sequence[Part], base: str) -> list[str]:
    """Each item with where it is from."""
    wide = max(len(part.value) for part in parts)
    lines = []
    for part in parts:
        for number, item in enumerate(part.written):
            value = part.value if not number else ""
            given = f"  ({item.given})" if item.given else ""
            lines.append(f"  {value.ljust(wide)}   {shown_place(item.place, base)}   {item.text}{given}")
        if not part.written:
            lines.append(f"  {part.value}")
    return lines


def show_reads(reads: Sequence[Read], hidden: int, base: str, indent: str) -> list[str]:
    """The tree of what is read."""
    lines = []
    for number, read in enumerate(reads, 1):
        last = number == len(reads) and not hidden
        place = shown_place(read.place, base)
        lines.append(f"{indent}{'└─' if last else '├─'} {read.name} = {read.value}   {place}")
        lines += show_reads(read.reads, read.hidden, base, indent + ("   " if last else "│  "))
    if hidden:
        lines.append(f"{indent}└─ … and {hidden} inside of what is called (--all)")
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
