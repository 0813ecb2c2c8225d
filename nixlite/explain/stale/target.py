"""Third step of `stale`: what the package would be had the values been there from the start.

The *recipe* of a package is the set literal that its builder was called with. The program is evaluated once
more with each given value written there: in place of the definition that the recipe has, of the variable
that it reads, or as one more attribute. Nothing is guessed from names: whatever then differs from what the
override made did not follow it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain.recording.notes import Substitute
from nixlite.explain.recording.places import FORMAL, LET, REC, SET, Parent, callee_name
from nixlite.explain.recording.recorder import is_plain, settled
from nixlite.explain.stale.facts import built_from, is_package, read_for, value_of
from nixlite.explain.stale.givens import BY_ATTRIBUTES
from nixlite.explain.stale.record import Changes
from nixlite.runtime.values import MISSING
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.places import Definition, Index
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.recording.recorder import Node
    from nixlite.explain.stale.givens import Given, Layer
    from nixlite.explain.stale.record import Record, Runs

TELLING = frozenset({"name", "pname", "version", "src", "meta", "url", "rev", "owner", "repo"})
"""Attributes that a package's own recipe has, rather than a builder's set."""

OWN = {"src": 60, "version": 30, "pname": 30}
"""How much it tells that an attribute is written in a set, and is not merely handed on there."""

GIVEN = "__given"
"""What the names of added values begin with."""


class Recipe(NamedTuple):
    """The set literal that a package is made of: *parents* are around it, *callee* is the function that it
    is given to ("" for none)."""

    container: n.AttrSet
    parents: Parent | None
    source_index: Index
    callee: str

    @property
    def place(self) -> Place:
        """Where the set begins, with the function that is called on it."""
        at = self.parents
        while at is not None and type(at.node) in (n.Lambda, n.Let, n.Binary, n.With):
            at = at.up
        start = at.node.start if at is not None and type(at.node) is n.Call else self.container.start
        return (self.source_index.source.name, *self.source_index.source.line_column(start))


class Origin(NamedTuple):
    """Where a recipe has a value that an override gave anew: *nodes* are the old definition and what it
    merely names. No nodes: the recipe has no such attribute. *variable*: it is a variable beside the
    recipe."""

    given: Given
    layer: Layer
    recipe: Recipe
    nodes: list[Node]
    variable: bool

    @property
    def place(self) -> Place | None:
        """The place of the old definition."""
        return next((node.place for node in reversed(self.nodes) if node.place is not None), None)


class Target(NamedTuple):
    """The program with the values there from the start; *origins* tell where each was put."""

    record: Record | None
    origins: list[Origin]

    def of(self, layer: Layer) -> Any:
        """What an override made there; MISSING where that is not known."""
        if self.record is None or layer.observation is None:
            return MISSING
        site = layer.observation.site
        for seen in reversed(self.record.observations):
            if seen.site.place == site.place:
                return seen.result
        return MISSING

    def origin(self, given: Given) -> Origin | None:
        """The origin of a given value."""
        return next((item for item in self.origins if item.given is given), None)


def recipe_of(found: Examination, layer: Layer) -> Recipe | None:
    """The recipe of what a layer changes."""
    cells = layer.previous if type(layer.previous) is dict else layer.before
    if type(cells) is not dict:
        return recipe_of_call(found, layer)
    # The call of what is no package that is fetched is in the file of the whole set, as a rule: long to read.
    if "outputHash" in built_from(found, layer.before):
        return recipe_of_call(found, layer) or recipe_of_cells(found, cells)
    return recipe_of_cells(found, cells) or recipe_of_call(found, layer)


def recipe_of_cells(found: Examination, cells: dict[str, Any]) -> Recipe | None:
    """The set literal that most of what a package is made of was written in."""
    marks: dict[int, tuple[int, int]] = {}
    recipes: dict[int, Recipe] = {}
    for name, cell in cells.items():
        if name in OWN:  # what a package had before it was overridden, nobody may have asked for
            value_of(found, cell)
        last = 0
        for depth, node in enumerate(found.origins.chain(cell)):
            entry = found.places.of(node)
            if entry is None or type(entry.container) is not n.AttrSet or entry.kind not in (REC, SET):
                continue
            key = id(entry.container)
            recipe = recipes.get(key) or recipe_at(found, entry)
            if recipe is not None and recipe.callee not in NOT_RECIPES:
                recipes[key] = recipe
                points, deepest = marks.get(key, (0, 0))
                marks[key] = (points + (3 if name in TELLING else 1), max(depth, deepest))
                last = key
        if last and name in OWN:  # a builder that is given one set makes another, of more attributes
            points, deepest = marks[last]
            marks[last] = (points + OWN[name], deepest)
    return recipes[max(recipes, key=lambda key: marks[key])] if recipes else None


def recipe_of_call(found: Examination, layer: Layer) -> Recipe | None:
    """The set in `src = fetchFromGitHub { … }`, where it is `src` that is overridden."""
    seen = layer.observation
    if seen is None or type(seen.subject) is not list:
        return None
    definitions = [found.places.of(node) for node in found.origins.chain(selected(found, seen.subject))]
    entry = next((item for item in reversed(definitions) if item is not None), None)
    call: Any = entry.value if entry is not None else None
    if entry is None or type(call) is not n.Call or type(call.arguments[-1]) is not n.AttrSet:
        return None
    if len(call.arguments) != 1 or callee_name(call) in NOT_RECIPES:
        return None
    index = found.places.index(entry.place[0])
    assert index is not None
    container: Any = call.arguments[0]
    return Recipe(container, Parent(call, entry.parents), index, callee_name(call))


NOT_RECIPES = frozenset(
    {"override", "overrideAttrs", "overridePythonAttrs", "overrideDerivation", "callPackage", "callPackages",
     "import", "extendDerivation", "optionalAttrs"}
)  # fmt: skip
"""Functions that are given a set which is no recipe."""


def selected(found: Examination, subject: Any) -> Any:
    """The attribute that an expression such as `o.src` selects: what its thunk read last."""
    node = found.recorder.node(subject)
    if not node.reads:
        return subject
    last = next(reversed(node.reads))
    return last.cell if settled(last.cell) is settled(subject) and last.cell is not None else subject


def recipe_at(found: Examination, entry: Definition) -> Recipe | None:
    """The recipe that a definition is in."""
    index = found.places.index(entry.place[0])
    if index is None or type(entry.container) is not n.AttrSet:
        return None
    at = entry.parents.up if entry.parents is not None else None
    around = at
    while at is not None and type(at.node) in (n.Lambda, n.Let, n.Binary, n.With, n.AttrSet):
        at = at.up
    callee = callee_name(at.node) if at is not None and type(at.node) is n.Call else ""
    return Recipe(entry.container, around, index, callee)


def target(runs: Runs, layers: list[Layer]) -> Target:
    """Evaluate the program with everything that overrides of attributes gave written in the recipes."""
    found = runs.first.found
    origins: dict[tuple[str, int, int, str], Origin] = {}
    for layer in layers:
        if layer.kind != BY_ATTRIBUTES or not is_package(found, layer.before):
            continue
        recipe = recipe_of(found, layer)
        if recipe is None:
            continue
        made = {id(other.after) for other in layers if other.kind == BY_ATTRIBUTES}
        for given in layer.given:
            if id(value_of(found, given.new)) in made:
                continue  # an override of its own, whose values are written where they belong
            item = origin(found, layer, given, recipe)
            key = (
                recipe.source_index.source.name,
                *recipe.source_index.source.line_column(recipe.container.start),
                given.name,
            )
            origins[key] = item  # the last override of a name counts
    wanted = [item for item in origins.values() if matters(item)]
    if not wanted:
        return Target(None, list(origins.values()))
    return Target(runs.substituted(written(found, wanted)), list(origins.values()))


def matters(item: Origin) -> bool:
    """Whether writing a value into the recipe could make a difference to giving it later. To `mkDerivation`
    itself a new attribute is given by an override just as by the recipe."""
    return bool(item.nodes) or item.recipe.callee not in ("mkDerivation", "derivation", "")


def origin(found: Examination, layer: Layer, given: Given, recipe: Recipe) -> Origin:
    """Where the recipe has what was given."""
    binding = recipe.container.bindings.get(given.name)
    place = found.places.at(recipe.source_index.source, binding.pos) if binding is not None else None
    if place is not None:
        cells = (
            [given.old] if type(given.old) is list and given.old[2:] == [place] else cells_at(found, place)
        )
        if cells:
            value_of(found, cells[-1])
            return Origin(given, layer, recipe, chain(found, given.name, cells[-1]), variable=False)
    variable = variable_around(found, recipe, given.name) if binding is None else None
    if variable is not None:
        nodes = [found.recorder.node(cell) for cell in cells_at(found, variable.place)]
        return Origin(given, layer, recipe, nodes[-1:], variable=bool(nodes))
    return Origin(given, layer, recipe, [], variable=False)


def cells_at(found: Examination, place: Place) -> list[Any]:
    """The thunks of a definition that were evaluated."""
    return [node.cell for node in found.recorder.forced_at(place)]


def chain(found: Examination, name: str, cell: Any) -> list[Node]:
    """A definition and what it merely names, as far as that is the same thing: `inherit version;`, a `let`
    variable, an argument. `rev = version;` is not: `version` is an attribute of its own."""
    nodes: list[Node] = []
    for node in found.origins.chain(cell):
        entry = found.places.of(node)
        if nodes and entry is not None and entry.name != name and entry.kind not in (LET, FORMAL):
            break
        nodes.append(node)
    return nodes


def variable_around(found: Examination, recipe: Recipe, name: str) -> Definition | None:
    """The `let` variable, or argument with a default, of that name around a recipe."""
    at = recipe.parents
    while at is not None:
        node: Any = at.node
        binding: Any = None
        if type(node) is n.Let:
            binding = node.attrs.bindings.get(name)
        elif type(node) is n.Lambda and node.formals is not None:
            binding = next((item for item in node.formals.items if item.name == name and item.default), None)
        if binding is not None:
            return found.places.definition(found.places.at(recipe.source_index.source, binding.pos))
        at = at.up
    return None


def written(found: Examination, origins: list[Origin]) -> Changes:
    """The program with the given values at their origins."""
    substitutes: dict[Any, Substitute] = {}
    additions: dict[str, dict[int, str]] = {}
    values: dict[str, Any] = {}
    for item in origins:
        new = value_of(found, item.given.new)
        if item.nodes:
            assert item.place is not None
            old = value_of(found, item.nodes[-1].cell)
            substitutes[item.place] = Substitute(old if is_told_apart(old) else MISSING, new)
            if uses(found, item) and item.given.place is not None:
                # made of the old value; of the new one it would be made again
                substitutes[item.given.place] = Substitute(MISSING, new)
        else:
            added = f"{GIVEN}{len(values)}"
            values[added] = new
            text = f" {item.given.name} = {added};"
            there = additions.setdefault(item.recipe.source_index.source.name, {})
            end = item.recipe.container.end
            there[end] = there.get(end, "") + text
    texts = {}
    for name, edits in additions.items():
        text = found.evaluator.sources[name].text
        for end, addition in sorted(edits.items(), reverse=True):
            at = text.rindex("}", 0, end)
            text = text[:at] + addition + text[at:]
        texts[name] = text
    return Changes(substitutes, texts, values)


def uses(found: Examination, item: Origin) -> bool:
    """Whether a new value was made of the old one."""
    return used(found, item.given.new, item.nodes)


def used(found: Examination, cell: Any, nodes: list[Node]) -> bool:
    """Whether a value, or an element of it, was made of what one of the nodes stands for."""
    wanted = set(nodes)
    node = shallow_node(found, cell)
    return bool(wanted) and not wanted.isdisjoint(read_for(found, [node]))


def shallow(found: Examination, cell: Any) -> None:
    """Evaluate a value and, of a list, its elements; of a package what it is built from."""
    value = value_of(found, cell)
    if is_package(found, value):
        for part in built_from(found, value).values():
            shallow_list(found, part)
    else:
        shallow_list(found, value)


def shallow_node(found: Examination, cell: Any) -> Node:
    """A node that reads what evaluating a value that far reads."""
    node, _ = found.recorder.ask(lambda: shallow(found, cell))
    return node


def shallow_list(found: Examination, cell: Any) -> None:
    """Evaluate a value and, of a list, its elements."""
    value = value_of(found, cell)
    for item in value if type(value) is tuple else ():
        value_of(found, item)


def is_told_apart(value: Any) -> bool:
    """Whether a value can be recognised in another evaluation."""
    return is_plain(value) and not callable(value) and not isinstance(value, Exception)
