"""The step that kept the expected value out: found in what was recorded, believed when a trial bears it out.

In the order in which it is looked for, what is in the program already first:

* REPLACED: the value was there, and a later layer put another one over it;
* GIVEN_ELSEWHERE: a value was given that would have done, but to a set of which this was made before, or
  under a name that is not what is read;
* DECIDED: an `if`, `assert`, `or` or `optional` went the other way;
* HIDDEN: with a definition taken away the value comes out: it hides an outer one, a default, a fallback;
* MISSPELT: the value is given under a name that nothing reads;
* NOT_GIVEN: an argument that nobody gave has its default;
* WRITTEN: nothing in the program says otherwise;
* REFUSED: there is no value, for an override was refused;
* COMPUTED: no other value of a single definition further back gives it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain.brief import text_of
from nixlite.explain.expected.alignment import texts_for
from nixlite.explain.expected.needs import Need, Slice, needs, switches, tried
from nixlite.explain.expected.turns import DEFAULT, OPTIONAL, renamed, respelt, turns, without
from nixlite.explain.recording.history import alias
from nixlite.explain.recording.places import FORMAL, PART, Definition
from nixlite.explain.recording.recorder import place_of, settled
from nixlite.explain.stale.facts import nearest, value_of
from nixlite.runtime.values import ContextString
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nixlite.explain.expected.asked import Asked
    from nixlite.explain.expected.turns import Turn
    from nixlite.explain.recording.notes import Made, Place
    from nixlite.explain.stale.record import Record
    from nixlite.explain.trials import Change

REPLACED, GIVEN_ELSEWHERE, DECIDED, HIDDEN, MISSPELT, NOT_GIVEN, WRITTEN, REFUSED, COMPUTED = (
    "replaced", "given elsewhere", "decided", "hidden", "misspelt", "not given", "written", "refused",
    "computed",
)  # fmt: skip

KINDS = (REPLACED, GIVEN_ELSEWHERE, DECIDED, HIDDEN, MISSPELT, NOT_GIVEN, WRITTEN, REFUSED, COMPUTED)

MOST_TRIALS = 32
"""Evaluations for one question."""

TEXTS = (str, ContextString)


class Step(NamedTuple):
    """*kind* as above; *need* is the definition that would have to be another one (None: none is known),
    *place* where the step is, *giver* what gives the value that would do. *turn* is the decision, in the
    definition *entry*; *because* why it went that way. *layer* is the `//` or builtin that has the last word,
    *changes* are those that the trial made."""

    kind: str
    need: Need | None
    place: Place | None
    giver: Place | None = None
    turn: Turn | None = None
    entry: Definition | None = None
    because: Step | None = None
    layer: Made | None = None
    changes: Sequence[Change] = ()


class Search:
    """The search for the step of one question."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.found = asked.found
        self.made = [made for made in self.found.recorder.made.values() if made.how == "//"]
        starts = asked.chain[:1] or self.found.recorder.forced()[::-1]  # where nothing has a name: all
        self.slice = Slice(asked, starts)
        self.needs = needs(asked, self.slice)
        self.trials = 0
        self.known: dict[tuple[Place, str], bool] = {}

    def step(self) -> Step:
        """The step."""
        given = self.replaced(self.needs) or self.given_elsewhere(self.ordered(self.needs))
        if given is not None:
            return given
        root = next((need for need in self.ordered(self.needs) if self.gives(need)), None)
        decided = self.decided(root)
        if decided is not None:
            return decided
        if root is None:
            entry = self.definition_asked_about()
            return Step(COMPUTED, None, entry.place if entry is not None else None, entry=entry)
        return self.reason(root)

    def reason(self, need: Need) -> Step:
        """Why a definition that gives what is expected with another value does not have that."""
        return self.hidden(need) or self.misspelt(need) or self.plain(need)

    def plain(self, need: Need) -> Step:
        """Nothing in the program says otherwise."""
        if need.entry.kind == FORMAL:
            return Step(NOT_GIVEN, need, need.place)
        if need.entry.value is None or is_constant(need.entry.value):
            return Step(WRITTEN, need, need.place, entry=need.entry)
        return self.in_literal() or Step(COMPUTED, need, need.place, entry=need.entry)

    def in_literal(self) -> Step | None:
        """A text of the user's own sources that has no name: an argument, a part of another."""
        actual, expected = self.asked.value, self.asked.expected
        if type(actual) not in TEXTS or type(expected) not in TEXTS:
            return None
        for name, source in list(self.found.evaluator.sources.items()):
            index = self.found.places.index(name) if self.asked.program.owns(name) else None
            for node in walk(index.tree) if index is not None else ():
                if type(node) is not n.Str or not node.value:
                    continue
                for text in texts_for(text_of(actual), node.value, text_of(expected)):
                    changes = respelt(source, node, text)
                    if self.turned(changes) is not None:
                        place = (name, *source.line_column(node.start))
                        return Step(WRITTEN, None, place, changes=changes)
        return None

    def definition_asked_about(self) -> Definition | None:
        """The definition that the value is of."""
        name = self.asked.path[-1] if self.asked.path else ""
        nodes = [*self.slice.nodes] if self.asked.chain else []
        last = next((node for node in reversed(nodes) if self.found.places.name_at_is(node, name)), None)
        around = [self.found.places.of(node) for node in [last, *reversed(self.asked.chain)] if node]
        return next((entry for entry in around if entry is not None), None)

    # -- trying

    def gives(self, need: Need) -> bool:
        """Whether a definition with the value that it would need gives what is expected."""
        key = (need.place, need.code or str(id(need.value)))
        if key not in self.known and self.trials < MOST_TRIALS:
            self.trials += 1
            self.known[key] = tried(self.asked, need) is not None
        return self.known.get(key, False)

    def turned(self, changes: Sequence[Change]) -> Record | None:
        """The program with changes, if that gives what is expected."""
        if not changes or self.trials >= MOST_TRIALS:
            return None
        self.trials += 1
        record = self.asked.changed(changes)
        return record if record is not None and self.asked.part_holds(record) else None

    def ordered(self, found: Sequence[Need]) -> list[Need]:
        """The farthest first, for it is what others are made of; the user's own before all others."""
        own = self.asked.program.owns
        return sorted(found, key=lambda need: (not own(need.place[0]), -need.distance))

    # -- layers

    def replaced(self, found: Sequence[Need]) -> Step | None:
        """A layer that put another value over the one that would do."""
        for need in found:
            name, cells = need.entry.name, self.names_of(need)
            for item in reversed(self.made):
                left, right = item.sources
                if name not in left or name not in right or id(alias(right[name])) not in cells:
                    continue
                if self.is_value(left[name], need) and self.gives(need):
                    giver = self.origin(left[name])
                    return Step(REPLACED, need, place_of(right[name]), giver, entry=need.entry, layer=item)
        return None

    def given_elsewhere(self, found: Sequence[Need]) -> Step | None:
        """A layer that gives the value that would do, where nobody reads it for this."""
        own = self.asked.program.owns
        for need in found:
            name, cells = need.entry.name, self.names_of(need)
            for item in reversed(self.made):
                right = item.sources[1]
                if name not in right or id(alias(right[name])) in cells:
                    continue
                if self.is_value(right[name], need) and self.gives(need):
                    giver = self.origin(right[name])
                    if not is_telling(need.value) and (giver is None or not own(giver[0])):
                        continue  # a library has many of them
                    return Step(GIVEN_ELSEWHERE, need, need.place, giver, entry=need.entry, layer=item)
        return None

    def names_of(self, need: Need) -> set[int]:
        """The identities of all cells that merely name a definition's value."""
        found = {id(alias(node.cell)) for node in self.found.origins.chain(need.node.cell)}
        value = settled(need.node.cell)
        for node in self.slice.nodes:
            same = node.place is not None and settled(node.cell) is value
            if same and need.node in self.found.origins.chain(node.cell):
                found.add(id(alias(node.cell)))
        return found

    def is_value(self, cell: Any, need: Need) -> bool:
        """Whether a lazy has the value that a definition would need."""
        value = value_of(self.found, cell)
        if type(value) in TEXTS and type(need.value) in TEXTS:
            return text_of(value) == text_of(need.value)
        return type(value) is type(need.value) and self.asked.equal(value, need.value)

    def origin(self, cell: Any) -> Place | None:
        """Where a value is written."""
        places = [node.place for node in self.found.origins.chain(cell) if node.place is not None]
        return places[-1] if places else place_of(cell)

    # -- decisions

    def decided(self, root: Need | None) -> Step | None:
        """A decision that went the other way, and why it did."""
        if root is not None and is_constant(root.entry.value) and root.node in self.asked.chain:
            return None
        for entry in self.entries(root):
            for turn in turns(entry):
                by_chance = not is_telling(self.asked.expected) and turn.what in (DEFAULT, OPTIONAL)
                if by_chance and not self.asked.program.owns(entry.place[0]):
                    continue
                if self.turned(turn.changes) is not None:
                    at = self.found.places.at(entry.source, turn.node.start)
                    because = self.switch()
                    return Step(DECIDED, root, at, None, turn, entry, because, changes=turn.changes)
        if root is not None and is_constant(root.entry.value):
            return None
        because = self.switch()
        if because is None:
            return None
        reader = root.entry if root is not None else self.definition_asked_about()
        place = reader.place if reader is not None else because.place
        return Step(DECIDED, root, place, entry=reader, because=because)

    def entries(self, root: Need | None) -> Iterator[Definition]:
        """The definitions in which a decision may have been made: of the value and of what it is made of."""
        nodes = [*self.asked.chain, *(need.node for need in self.needs)]
        if root is not None:
            nodes.insert(0, root.node)
        seen = set()
        entries = [self.found.places.of(node) for node in nodes]
        if not self.asked.chain:
            entries += self.programs()
        for entry in entries:
            if entry is not None and entry.place not in seen:
                seen.add(entry.place)
                yield entry

    def programs(self) -> list[Definition]:
        """The user's own sources, each as one expression without a name."""
        found = []
        for name, source in self.found.evaluator.sources.items():
            index = self.found.places.index(name) if self.asked.program.owns(name) else None
            if index is not None:
                place = (name, *source.line_column(index.tree.start))
                found.append(Definition("", PART, place, index.tree, None, None, source))
        return found

    def switch(self) -> Step | None:
        """The definition that decides, with why it has not the other value; not the one at hand."""
        known = {need.place for need in self.needs}
        found = [need for need in self.ordered(switches(self.asked, self.slice)) if need.place not in known]
        need = next((need for need in found if self.gives(need)), None)
        if need is None:
            return None
        return self.replaced([need]) or self.given_elsewhere([need]) or self.reason(need)

    # -- one definition in place of another

    def hidden(self, need: Need) -> Step | None:
        """A definition without which the value comes out."""
        for node in self.found.origins.chain(need.node.cell):
            entry = self.found.places.of(node)
            if entry is None or entry.kind == PART:
                continue
            changes = without(entry)
            record = self.turned(changes)
            if record is not None:
                giver = self.giver(record, need)
                return Step(HIDDEN, need, entry.place, giver, entry=entry, changes=changes)
        return None

    def giver(self, record: Record, need: Need) -> Place | None:
        """Where the value is from that came out when a definition was taken away."""
        places = record.found.places
        for node in record.found.recorder.forced():
            if node.place is None or node.place == need.place or not places.name_at_is(node, need.entry.name):
                continue
            value = settled(node.cell)
            if type(value) in TEXTS and type(need.value) in TEXTS:
                if text_of(value) == text_of(need.value):
                    return node.place
            elif type(value) is type(need.value) and value == need.value:
                return node.place
        return None

    def misspelt(self, need: Need) -> Step | None:
        """The value given under a name like that of the definition."""
        for name in self.found.evaluator.sources:
            index = self.found.places.index(name) if self.asked.program.owns(name) else None
            for entry in list(index.definitions.values()) if index is not None else ():
                if entry.kind == PART or entry.text != need.code or entry.name == need.entry.name:
                    continue
                is_near = bool(nearest(entry.name, [need.entry.name]))
                changes = renamed(entry, need.entry.name) if is_near else []
                if self.turned(changes) is not None:
                    return Step(MISSPELT, need, entry.place, entry=entry, changes=changes)
        return None


def is_telling(value: Any) -> bool:
    """Whether two places that have the same value have it for the same reason, as a rule."""
    return type(value) not in (bool, int) and bool(value)


CONSTANTS = (n.Str, n.Int, n.Float, n.PathLiteral, n.ListLiteral)


def is_constant(value: Any) -> bool:
    """Whether an expression says its value itself."""
    if type(value) is n.Var:
        return value.name in ("true", "false", "null")
    return type(value) in CONSTANTS
