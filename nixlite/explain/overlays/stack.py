"""A question about an attribute of a set that overlays made, and what its definitions say in the source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.brief import brief, folder_of, forcing, one_line, shown_place
from nixlite.explain.modules.written import attribute
from nixlite.explain.recording.history import Layer, alias, history
from nixlite.explain.recording.places import FORMAL, PART, callee_name
from nixlite.explain.recording.program import locate
from nixlite.explain.recording.recorder import settled
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.places import Definition, Parent
    from nixlite.explain.recording.program import Examination, Found, Program
    from nixlite.explain.trials import Advice

WIDTH = 76

SETS = ("/pkgs/top-level/all-packages.nix", "/pkgs/all-packages.nix", "/top-level/all-packages.nix")
"""Where a tree has the list of its packages."""


class Finding(NamedTuple):
    """What is to be said of an attribute first, and what to do."""

    verdict: list[str]
    advice: list[Advice]


class Question:
    """An attribute that was asked about: *path* in the program's value, *at* where that leads."""

    def __init__(self, program: Program, found: Examination, path: Sequence[str], at: Found) -> None:
        self.program = program
        self.found = found
        self.path = tuple(path)
        self.at = at
        self.base = folder_of(found.evaluator.state)
        self.look = forcing(found)
        self._trees: list[str] | None = None

    @property
    def name(self) -> str:
        """The path as it was asked for."""
        return ".".join(self.path)

    def shown(self, value: Any) -> str:
        """A value in few words."""
        return brief(value, 1, self.look)

    def place(self, place: Place | None) -> str:
        """A place in few words."""
        return shown_place(place, self.base)

    def is_own(self, place: Place) -> bool:
        """Whether a place is in the person's own files, not of the lookup path, the store or Nix itself."""
        shown = self.place(place)
        if shown.startswith(("<", "/nix/store/", "«nix")):
            return place[0] in self.program.entries and "/" not in shown  # `-I pkgs=./pkgs.nix`
        return not place[0].startswith(tuple(self.trees()) or "\0")

    def trees(self) -> list[str]:
        """The folders of package sets that were imported by their paths: they are not the person's own."""
        if self._trees is None:
            names = list(self.found.evaluator.sources)
            folders = {name.removesuffix(file) for file in SETS for name in names if name.endswith(file)}
            self._trees = sorted(f"{folder}/" for folder in folders if folder)
        return self._trees

    def layers(self, attrs: dict[str, Any] | None, name: str) -> list[Layer]:
        """What an attribute of a set was, oldest first."""
        return history(self.found.recorder, attrs, name) if attrs is not None and name in attrs else []

    def origin(self, cell: Any) -> Definition | None:
        """The first named definition that a lazy is of."""
        for node in self.found.origins.chain(cell):
            entry = self.found.places.of(node)
            if entry is not None and entry.kind != PART:
                return entry
        return None

    def written(self, entry: Definition) -> str:
        """`curl = prev.curl;`, on one line."""
        if entry.value is None or entry.text == entry.name:
            source = inherited_from(entry)
            between = f" ({entry.source.text[source.start : source.end]})" if source is not None else ""
            return f"inherit{between} {entry.name};" if entry.kind != FORMAL else entry.name
        if entry.kind != PART and type(entry.value) is n.AttrSet:
            return attribute(entry, entry.name).text  # of `a.b = e` all
        name = f"{entry.name} = " if entry.kind != PART else ""
        return one_line(name + entry.text, WIDTH)

    def scopes(self) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
        """The sets on the way to the attribute, the nearest first, with their paths."""
        result = []
        for end in range(len(self.path) - 1, -1, -1):
            value = settled(locate(self.found, self.path[:end]).cell)
            if type(value) is dict and settled(value.get("type")) != "derivation":
                result.append((self.path[:end], value))
        return result

    def drv_path(self, value: Any) -> str:
        """The derivation's path, "" where there is none."""
        return drv_path(self.look, value)


def drv_path(look: Any, value: Any) -> str:
    """A package's `drvPath`, "" of anything else and of one that cannot be evaluated."""
    attrs = look(value)
    if type(attrs) is not dict or look(attrs.get("type")) != "derivation" or "drvPath" not in attrs:
        return ""
    path = look(attrs["drvPath"])
    return "" if isinstance(path, NixError) else getattr(path, "text", path) or ""


def inherited_from(entry: Definition) -> n.Expr | None:
    """The `e` of `inherit (e) x`, None for anything else."""
    container: Any = entry.container
    binding = container.bindings.get(entry.name) if type(container) is n.AttrSet else None
    if binding is None or binding.source is None:
        return None
    source: n.Expr = container.inherit_from[binding.source]
    return source


def arguments_around(entry: Definition) -> set[str]:
    """The arguments, written as plain names, of all functions around a definition."""
    names = set()
    at = entry.parents
    while at is not None:
        if type(at.node) is n.Lambda and at.node.argument is not None:
            names.add(at.node.argument)
        at = at.up
    return names


def is_same(a: Any, b: Any) -> bool:
    """Whether two lazies are one thing under two names."""
    return alias(a) is alias(b)


def overlay_arguments(entry: Definition) -> tuple[str, str, n.Lambda] | None:
    """(what the overlay around a definition calls the finished set, and the one before; the overlay): the
    innermost two functions in each other that are not what changes a package's attributes."""
    at = entry.parents
    inner: n.Lambda | None = None
    while at is not None:
        if type(at.node) is n.Lambda:
            node: n.Lambda = at.node
            outermost = node.argument is not None and inner is not None and node.body is inner
            if outermost and not changes_attributes(at.up):
                assert node.argument is not None
                assert inner is not None
                assert inner.argument is not None
                return node.argument, inner.argument, node
            inner = node if node.argument is not None and node.formals is None else None
        at = at.up
    return None


def changes_attributes(around: Parent | None) -> bool:
    """Whether a function is given to `overrideAttrs` or to what makes a package: `final: prev: …`."""
    if around is None or type(around.node) is not n.Call:
        return False
    name = callee_name(around.node)
    return name.endswith(("Attrs", "Derivation")) or name.startswith("build")
