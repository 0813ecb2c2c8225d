"""The answer of `:why` as a graph, and a trace as a page in a frame.

An arrow leads from what is read to what reads it, and from each layer of an attribute to the next; what was
asked about stands out.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from nixlite.explain.brief import one_line, shown_place
from nixlite.explain.graphs import Graph
from nixlite.explain.modules.answer import OptionAnswer
from nixlite.explain.steps_page import page
from nixlite.explain.why.attribute import Explanation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nixlite.explain.recording.notes import Place
    from nixlite.explain.steps import Trace
    from nixlite.explain.why.attribute import Read

WIDTH = 40
"""Characters of each part of a label."""

MOST = 60
"""Nodes that are drawn."""

ASKED = "asked"


def graph_of(answer: Any, base: str) -> Graph | None:
    """The picture of what a command answered, places being shown from the folder *base*; None where there is
    nothing to be drawn."""
    if isinstance(answer, Explanation):
        graph = attribute_graph(answer, base)
    elif isinstance(answer, OptionAnswer):
        graph = option_graph(answer, base)
    else:
        return None
    return graph if graph.edges else None


def label(*parts: str) -> str:
    """The parts of a label that there are, none too long."""
    return "  ".join(one_line(part, WIDTH) for part in parts if part)


def at(place: Place | None, base: str) -> str:
    """A place as it is shown."""
    return shown_place(place, base) if place is not None else ""


def attribute_graph(found: Explanation, base: str) -> Graph:
    """The layers that an attribute passed, and what it reads."""
    shown = found.value or f"error: {found.error}"
    nodes = {ASKED: label(f"{found.path} = {shown}")}
    edges: list[tuple[str, str, str]] = []
    add_reads(nodes, edges, ASKED, found.reads, base)
    before = ""
    for number, step in enumerate(found.steps):
        key = f"step {number}"
        place = step.place or next((one.place for one in step.written), None)
        nodes[key] = label(step.what or "defined", at(place, base), step.value)
        if before:
            edges.append((before, key, ""))
        before = key
    if before:
        edges.append((before, ASKED, ""))
    for number, part in enumerate(found.parts[:MOST]):
        key = f"item {number}"
        nodes[key] = label(part.value, at(next((one.place for one in part.written), None), base))
        edges.append((key, ASKED, "item"))
    return Graph(nodes, list(dict.fromkeys(edges)), frozenset((ASKED,)))


def add_reads(
    nodes: dict[str, str],
    edges: list[tuple[str, str, str]],
    reader: str,
    reads: Iterable[Read],
    base: str,
) -> None:
    """Add what is read, and what that reads; what is read from two sides is one node."""
    for read in reads:
        key = f"{read.name} {read.place}"
        if key not in nodes and len(nodes) >= MOST:
            return
        if key not in nodes:
            nodes[key] = label(f"{read.name} = {read.value}", at(read.place, base))
        edges.append((key, reader, ""))
        add_reads(nodes, edges, key, read.reads, base)


def option_graph(found: OptionAnswer, base: str) -> Graph:
    """The definitions of an option, and what became of each."""
    nodes = {ASKED: label(f"{found.option} = {found.value or 'error'}")}
    edges = []
    for number, row in enumerate(found.definitions[:MOST]):
        key = f"definition {number}"
        nodes[key] = label(row.value, at(row.place, base), *row.conditions)
        edges.append((key, ASKED, row.state))
    return Graph(nodes, edges, frozenset((ASKED,)))


def trace_frame(trace: Trace) -> str:
    """The page of a trace in a frame, which scripts of the notebook do not reach, nor it them."""
    return (
        f'<iframe sandbox="allow-scripts" title="trace" style="width:100%;height:32em;border:0"'
        f' srcdoc="{escape(page(trace))}"></iframe>'
    )
