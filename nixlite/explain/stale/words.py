"""The words of `stale`: places, values and packages as a reader recognises them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.explain.brief import brief, forcing, shown_place
from nixlite.explain.recording.places import callee_name
from nixlite.explain.stale.facts import (
    built_from,
    drv_path,
    is_package,
    name_of,
    names_in,
    read_for,
    value_of,
)
from nixlite.explain.stale.fix.writing import writing
from nixlite.explain.stale.givens import BY_ATTRIBUTES
from nixlite.explain.stale.target import recipe_of, shallow_node
from nixlite.runtime.values import MISSING, ContextString
from nixlite.store.derivation import name_of_drv
from nixlite.store.path import is_drv_path
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from nixlite.errors import NixError
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.stale.facts import Differing
    from nixlite.explain.stale.givens import Layer
    from nixlite.explain.stale.reach import Reach, Reached


class Words:
    """Names things of an evaluation; *base* is the folder that places are shown from. `layers` are all
    overrides, `original` is the package without them, `befores` the packages before them by name."""

    def __init__(self, found: Examination, base: str) -> None:
        self.found = found
        self.base = base
        self.look = forcing(found)
        self.layers: list[Layer] = []
        self.original: Any = MISSING
        self.befores: dict[str, Any] = {}

    def place(self, place: Place | None) -> str:
        """A place."""
        return shown_place(place, self.base)

    def value(self, x: Any) -> str:
        """A value in few words."""
        if x is MISSING:
            return "nothing"
        text = brief(x, 1, self.look)
        return text.replace(f"{self.base}/", "./") if len(self.base) > 1 else text

    def subject(self, layer: Layer) -> str:
        """What a layer changes: its name, or that of the attribute that it is."""
        for other in self.layers:
            for given in other.given:
                if value_of(self.found, given.new) is layer.after and layer.after is not MISSING:
                    return f"`{given.name}`"
        return (
            name_of(self.found, layer.before)
            if is_package(self.found, layer.before)
            else "what is overridden"
        )

    def error_place(self, error: NixError) -> str:
        """Where an error was raised: its position, or that of the innermost frame."""
        places = [error.position, *[frame.position for frame in reversed(error.trace or [])]]
        at = next((place for place in places if place is not None and place.file.startswith("/")), None)
        return f" ({self.place((at.file, at.line, at.column))})" if at is not None else ""

    def old_name(self, layer: Layer) -> str:
        """What a layer calls what was before."""
        return writing(layer.observation.site).previous if layer.observation is not None else "old"

    def at(self, layer: Layer) -> str:
        """A layer by its function and place: `overrideAttrs` (set.nix:4)."""
        return f"`{layer.what}` ({self.place(layer.place)})"

    def made_at(self, rows: list[Differing], name: str) -> str:
        """Where the builder makes something of a value, or would: the definition that names it."""
        start = shallow_node(self.found, rows[0].old)
        for node in self.found.recorder.in_order(read_for(self.found, [start])):
            entry = self.found.places.of(node) if self.found.places.name_at_is(node, rows[0].name) else None
            if entry is not None and entry.value is not None and name in names_in(entry.value):
                return f" ({self.place(node.place)})"
        chain = self.found.origins.chain(rows[0].old) if type(rows[0].old) is list else []
        for node in chain:
            entry = self.found.places.of(node)
            if entry is not None and entry.value is not None and node.place is not None:
                last = node
        place = last.place if chain and "last" in locals() else None
        return f" ({self.place(place)})" if place is not None else ""

    def made_with_it(self, row: Differing) -> str:
        """The package in a text that is itself made with the package that is overridden, or with a variant of
        it; "" if none is."""
        own, text = drv_path(self.found, self.original), value_of(self.found, row.old)
        if type(text) is not ContextString or not isinstance(own, str):
            return ""
        store = self.found.evaluator.state.store
        name = name_of_drv(own)
        for element in sorted(text.context):
            path = element.rpartition("!")[2]
            if is_drv_path(path) and any(name_of_drv(item) == name for item in store.closure([path])):
                return name_of_drv(path)
        return ""

    def line(self, place: Place | None) -> str:
        """The line at a place."""
        source = self.found.evaluator.sources.get(place[0]) if place is not None else None
        if source is None or place is None:
            return ""
        text = source.text.split("\n")[place[1] - 1].strip()
        return text if len(text) <= 60 else ""

    def written_at(self, cell: Any) -> str:
        """Where a value is written, passed on as it may be."""
        chain = self.found.origins.chain(cell) if type(cell) is list else []
        place = next((node.place for node in reversed(chain) if node.place is not None), None)
        return f" ({self.place(place)})" if place is not None else ""

    def held_at(self, item: Reached, reach: Reach) -> str:
        """Where a wrapper takes the program in it from."""
        first = reach.inside[0]
        return self.written_at(built_from(self.found, item.layer.before).get(first.attribute, MISSING))

    def holds(self, cell: Any, path: str | NixError | None) -> bool:
        """Whether a value is a package, or a list with it."""
        value = value_of(self.found, cell)
        items = value if type(value) is tuple else (value,)
        packages = [value_of(self.found, part) for part in items]
        return any(is_package(self.found, part) and drv_path(self.found, part) == path for part in packages)

    def is_given(self, layer: Layer) -> bool:
        """Whether what a layer made is itself an attribute that another one gives."""
        return any(
            layer.after is not MISSING and value_of(self.found, given.new) is layer.after
            for other in self.layers
            for given in other.given
            if other.kind == BY_ATTRIBUTES
        )

    def call_of(self, layer: Layer) -> str:
        """Where the function of a layer calls the builder."""
        recipe = recipe_of(self.found, layer)
        callee = recipe.callee if recipe is not None else ""
        for node in self.found.recorder.forced():
            if node.place is None or not self.found.places.name_at_is(node, layer.what):
                continue
            entry = self.found.places.of(node)
            body: Any = entry.value if entry is not None else None
            while type(body) is n.Lambda:
                body = body.body
            if entry is not None and type(body) is n.Call and callee_name(body) == callee and callee:
                return f" ({self.place(self.found.places.at(entry.source, body.start))})"
        return ""
