"""Directed graphs as DOT, as Mermaid and as SVG.

The SVG is our own: layers from left to right, each node right of everything that leads to it, the order in a
layer such that few edges cross.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

LINE, GAP, CHARACTER, MARGIN = 30, 60, 7.3, 12
ARROW = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8"'
    ' orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#666"/></marker></defs>'
)
BEND = 9
"""The height of a line between nodes that an edge takes on its way, in pixels, as LINE is that of a node."""
ROUNDS = 8
"""How often the order in the layers is improved."""


class Graph(NamedTuple):
    """*nodes*: labels by key; *edges*: two keys and a label, maybe empty; *marked*: keys to stand out."""

    nodes: dict[str, str]
    edges: list[tuple[str, str, str]]
    marked: frozenset[str] = frozenset()


def to_dot(graph: Graph) -> str:
    """For Graphviz."""
    lines = ["digraph {", "  rankdir=LR;", '  node [shape=box, style=rounded, fontname="sans-serif"];']
    for key, label in graph.nodes.items():
        style = ', style="rounded,filled", fillcolor="#ffd9a0"' if key in graph.marked else ""
        lines.append(f"  {dot_string(key)} [label={dot_string(label)}{style}];")
    for start, end, label in graph.edges:
        text = f" [label={dot_string(label)}]" if label else ""
        lines.append(f"  {dot_string(start)} -> {dot_string(end)}{text};")
    return "\n".join([*lines, "}"])


def dot_string(text: str) -> str:
    """A quoted DOT string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def to_mermaid(graph: Graph) -> str:
    """For Mermaid, which GitHub shows in Markdown."""
    ids = {key: f"n{at}" for at, key in enumerate(graph.nodes)}
    lines = ["graph LR"]
    lines += [f'  {ids[key]}["{mermaid_text(label)}"]' for key, label in graph.nodes.items()]
    for start, end, label in graph.edges:
        arrow = f'-->|"{mermaid_text(label)}"|' if label else "-->"
        lines.append(f"  {ids[start]} {arrow} {ids[end]}")
    if graph.marked:
        marked = ",".join(ids[key] for key in graph.nodes if key in graph.marked)
        lines += ["  classDef marked fill:#ffd9a0", f"  class {marked} marked"]
    return "\n".join(lines)


def mermaid_text(text: str) -> str:
    """*text* with what Mermaid would read as markup replaced by entities."""
    return text.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;").replace("\n", "<br>")


# -- SVG


def to_svg(graph: Graph) -> str:
    """A picture that needs nothing else."""
    layers, routes = routed(graph)
    layers = ordered(layers, sorted({segment for route, _ in routes for segment in pairwise(route)}))
    box: dict[str, Box] = {}
    left: float = MARGIN
    heights = [sum(LINE if key in graph.nodes else BEND for key in layer) for layer in layers]
    height = MARGIN * 2 + max(heights, default=0)
    for layer, own in zip(layers, heights, strict=True):
        widths = {key: CHARACTER * len(graph.nodes[key]) + 16 for key in layer if key in graph.nodes}
        widest = max(widths.values(), default=0)
        top = (height - own) / 2
        for key in layer:
            line = LINE if key in graph.nodes else BEND
            box[key] = Box(left, top + line / 2, widths.get(key, widest))
            top += line
        left += widest + GAP
    width = max(left - GAP, 0) + MARGIN
    drawn: dict[str, None] = {}  # what edges share is drawn once
    for route, label in routes:
        drawn.update(dict.fromkeys(route_svg(route, label, box)))
    body = [*drawn, *(node_svg(box[key], label, key in graph.marked) for key, label in graph.nodes.items())]
    size = f'width="{width:.0f}" height="{height:.0f}"'
    view = f'viewBox="0 0 {width:.0f} {height:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} font-family="monospace" font-size="12">'
    return "\n".join([head, ARROW, f'<rect {size} fill="white"/>', *body, "</svg>"])


class Box(NamedTuple):
    """Where a node is, in pixels: its left end, the middle of its height, its width."""

    left: float
    middle: float
    width: float


Route = tuple[list[str], str]
"""The nodes and bends that an edge passes, and its label."""


def routed(graph: Graph) -> tuple[list[list[str]], list[Route]]:
    """(the layers, the routes of all edges): an edge over several layers bends in each, between their nodes.

    Edges from one node bend at the same places: what leads far runs together as long as it can.
    """
    layers = layers_of(graph)
    level = {key: at for at, layer in enumerate(layers) for key in layer}
    bends: dict[str, None] = {}
    routes: list[Route] = []
    for start, end, label in graph.edges:
        route = [start]
        for at in range(level[start] + 1, level[end]):
            bend = f"\0{at} {start}"
            if bend not in bends:
                bends[bend] = None
                layers[at].append(bend)
            route.append(bend)
        routes.append(([*route, end], label))
    return layers, routes


def route_svg(route: list[str], label: str, box: dict[str, Box]) -> list[str]:
    """The curves and straight parts of one edge; only the last has a tip."""
    parts = []
    for start, end in pairwise(route):
        last = end == route[-1]
        parts.append(edge_svg(box[start], box[end], label if last else "", tip=last))
        if not last:
            at = box[end]
            parts.append(
                f'<path d="M{at.left:.1f},{at.middle:.1f} h{at.width:.1f}" fill="none" stroke="#999"/>'
            )
    return parts


def node_svg(place: Box, label: str, marked: bool) -> str:
    """A box with its label."""
    left, middle, width = place
    fill = "#ffd9a0" if marked else "#eef3fb"
    return (
        f'<g><rect x="{left:.1f}" y="{middle - 11:.1f}" width="{width:.1f}" height="22" rx="5" fill="{fill}"'
        f' stroke="#666"/><text x="{left + 8:.1f}" y="{middle + 4:.1f}">{xml_text(label)}</text></g>'
    )


def edge_svg(start: Box, end: Box, label: str, *, tip: bool) -> str:
    """A curve from the right of one box to the left of another."""
    x1, y1, x2, y2 = start.left + start.width, start.middle, end.left, end.middle
    bend = max(30, (x2 - x1) / 2)
    path = f"M{x1:.1f},{y1:.1f} C{x1 + bend:.1f},{y1:.1f} {x2 - bend:.1f},{y2:.1f} {x2:.1f},{y2:.1f}"
    marker = ' marker-end="url(#tip)"' if tip else ""
    drawn = f'<path d="{path}" fill="none" stroke="#999"{marker}/>'
    if label:
        middle = f'x="{(x1 + x2) / 2:.1f}" y="{(y1 + y2) / 2 - 3:.1f}"'
        drawn += f'<text {middle} text-anchor="middle" font-size="10" fill="#555">{xml_text(label)}</text>'
    return drawn


def xml_text(text: str) -> str:
    """*text* in XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def layers_of(graph: Graph) -> list[list[str]]:
    """The nodes by the longest way that leads to them; an edge that closes a cycle does not count."""
    before: dict[str, list[str]] = {key: [] for key in graph.nodes}
    for start, end, _ in graph.edges:
        before[end].append(start)
    level: dict[str, int] = {}
    for root in graph.nodes:
        stack: list[tuple[str, bool]] = [(root, False)]
        open_: set[str] = set()
        while stack:
            key, finished = stack.pop()
            if finished:
                open_.discard(key)
                level[key] = 1 + max((level[other] for other in before[key] if other in level), default=-1)
            elif key not in level and key not in open_:
                open_.add(key)
                stack.append((key, True))
                stack += [(other, False) for other in before[key] if other not in level]
    layers: list[list[str]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for key in graph.nodes:
        layers[level[key]].append(key)
    return [layer for layer in layers if layer]


def ordered(layers: list[list[str]], edges: list[tuple[str, str]]) -> list[list[str]]:
    """The layers with each node near the middle of its neighbours, from both sides in turn."""
    near: dict[str, list[str]] = {key: [] for layer in layers for key in layer}
    for start, end in edges:
        near[start].append(end)
        near[end].append(start)
    place = {key: float(at) for layer in layers for at, key in enumerate(layer)}
    for turn in range(ROUNDS):
        for layer in layers if turn % 2 == 0 else layers[::-1]:
            middle = {
                key: sum(place[other] for other in near[key]) / len(near[key]) if near[key] else place[key]
                for key in layer
            }
            layer.sort(key=lambda key: middle[key])
            offset = len(layer) / 2
            place.update({key: at - offset for at, key in enumerate(layer)})
    return layers
