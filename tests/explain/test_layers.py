"""The layers of extensible sets, and circles of infinite recursions."""

from __future__ import annotations

import pytest

from nixlite.explain import layers
from nixlite.explain.why import cycles
from tests.explain.support import program_of

OVERLAYS = """
let
  fix = f: let x = f x; in x;
  extends = o: f: final: let prev = f final; in prev // o final prev;
  base = final: { a = 1; b = final.a + 1; };
  first = final: prev: { a = prev.a * 10; c = final.b; };
  second = final: prev: { c = prev.c + final.a; };
in fix (extends second (extends first base))"""

STACK = [
    # number, what, line, (verb, attribute, reads: via, attribute, layer that answers)
    (1, "set", 5, [("defines", "a", []), ("defines", "b", [("final", "a", 2)])]),
    (2, "overlay", 6, [("changes", "a", [("prev", "a", 1)]), ("defines", "c", [("final", "b", 1)])]),
    (3, "overlay", 7, [("changes", "c", [("prev", "c", 2), ("final", "a", 2)])]),
]


def test_who_defines_changes_and_reads() -> None:
    found = program_of(OVERLAYS).checked()
    stack = layers.layers(found, found.root)
    assert [
        (
            layer.number,
            layer.what,
            layer.place[1] if layer.place else 0,
            [(item.verb, item.name, [tuple(edge) for edge in item.reads]) for item in layer.entries],
        )
        for layer in stack
    ] == STACK


def test_every_edge_of_the_graph_has_a_label() -> None:
    found = program_of(OVERLAYS).checked()
    stack = layers.layers(found, found.root)
    assert "L2_a -- reads prev.a --> L1_a" in layers.mermaid(stack)
    assert 'L3_c -> L2_a [label="reads final.a"];' in layers.dot(stack)
    assert all("label=" in line for line in layers.dot(stack).splitlines() if "->" in line)


def test_one_attribute_only() -> None:
    found = program_of(OVERLAYS).checked()
    assert [layer.number for layer in layers.layers(found, found.root, ["c"])] == [2, 3]


CIRCLES = [
    ("let x = x; in x", ["x"]),
    ("let x = y; y = x; in x", ["x", "y"]),
    ("let a = b + 1; b = { c = a; }.c; in a", ["a", "b", "c"]),
    ("let s = rec { a = b; b = c + 1; c = a; }; in s.a", ["a", "b", "c"]),
    ('let u = 1; a = "${toString u}${a}"; in a', ["a"]),
    ("let f = x: x.y; s = { y = f s; }; in s.y", ["y"]),
    ("let start = a; a = b; b = a; in start", ["a", "b"]),
]


@pytest.mark.parametrize(("text", "names"), CIRCLES)
def test_circles(text: str, names: list[str]) -> None:
    found = program_of(text).run()
    assert found.error is not None
    assert [name for name, _, _ in cycles.circle(found)] == names
    assert f"{' → '.join([*names, names[0]])}\n" in cycles.show(found)
