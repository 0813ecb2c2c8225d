"""What kept the expected value of an option out: definitions are compared by the module system itself.

* DISCARDED: a module says so, and a definition of a stronger priority has the last word;
* LEFT_OUT: a module says so, in a `mkIf` whose condition is false;
* UNDEFINED: no module says so, and the option has its default;
* DEFINED: no module says so, others say something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.brief import shown_place
from nixlite.explain.expected.asked import equal_in
from nixlite.explain.modules.asked import Asked as OptionAsked
from nixlite.explain.modules.asked import modules_at
from nixlite.explain.modules.changes import call_of, with_priority
from nixlite.explain.modules.options import DISCARDED as LOSING
from nixlite.explain.modules.options import FORCE, KEPT, PLAIN
from nixlite.explain.modules.options import LEFT_OUT as UNMET
from nixlite.explain.modules.verdict import left_out, read_options
from nixlite.explain.trials import Advice
from nixlite.runtime.values import MISSING
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.explain.expected.asked import Asked
    from nixlite.explain.modules.options import Option, Part
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.trials import Outcome

DISCARDED, LEFT_OUT, UNDEFINED, DEFINED = "discarded", "left out", "undefined", "defined"

KINDS = (DISCARDED, LEFT_OUT, UNDEFINED, DEFINED)


class OptionStep(NamedTuple):
    """The step of an option: its *kind*, *place*, the sentences and what to do."""

    kind: str
    place: Place | None
    said: list[str]
    advice: list[Advice]


def option_step(asked: Asked) -> OptionStep | None:
    """The step that kept a value out; None where no option is asked about."""
    start = modules_at(asked.found, asked.path)
    if start is None:
        return None
    question = OptionAsked(asked.program, asked.found, asked.path, start)
    option = question.option
    return OptionSearch(asked, question, option).step() if option is not None else None


class OptionSearch:
    """The search for the step of an option."""

    def __init__(self, asked: Asked, question: OptionAsked, option: Option) -> None:
        self.asked = asked
        self.question = question
        self.option = option
        self.below = asked.path[question.start + len(option.loc) :]
        """The names below the option."""

    def step(self) -> OptionStep:
        """The step."""
        saying = [part for part in self.option.parts if self.says_so(part)]
        for part in saying:
            if part.state == LOSING:
                return OptionStep(DISCARDED, self.place(part), self.discarded(part), self.stronger(part))
        for part in saying:
            if part.state == UNMET:
                return OptionStep(
                    LEFT_OUT, self.place(part), [left_out(self.question, part)], self.fulfilled(part)
                )
        return self.unsaid()

    def place(self, part: Part) -> Place | None:
        """Where a definition is."""
        return part.written.place if part.written is not None else None

    def says_so(self, part: Part) -> bool:
        """Whether a definition says what is expected, or has a part in it."""
        if part.state == KEPT:
            return False
        value, expected = self.question.look(part.value), self.asked.expected
        for name in self.below:
            if type(value) is not dict or name not in value:
                return False
            value = self.question.look(value[name])
        equal = self.asked.equal
        if type(value) is tuple and type(expected) is tuple and value:
            return all(any(equal(item, other) for other in expected) for item in value)
        if type(value) is dict and type(expected) is dict and value:
            return all(name in expected and equal(cell, expected[name]) for name, cell in value.items())
        return not isinstance(value, NixError) and equal(value, expected)

    # -- a definition that does not count

    def discarded(self, part: Part) -> list[str]:
        """A definition that others are stronger than."""
        question = self.question
        winner = next(iter(self.option.kept()), None)
        if winner is None:
            return [f"{question.described(part)} does not count."]
        why = f"{question.described(winner)} is stronger, the lowest number wins"
        return [f"{question.described(part)} is discarded: {why}."]

    def stronger(self, part: Part) -> list[Advice]:
        """The definition with a priority that counts."""
        best = min((item.priority for item in self.option.kept()), default=PLAIN)
        for priority in dict.fromkeys(
            (best, PLAIN if best > PLAIN else FORCE if best == PLAIN else best - 1)
        ):
            advice = self.with_priority(part, priority)
            if advice is not None:
                return [advice]
        return self.defined_anew()

    def with_priority(self, part: Part, priority: int) -> Advice | None:
        """A definition with another priority, if it has the value then."""
        written = part.written
        if written is None or written.value is None or part.is_default or not written.alone:
            return None
        code, changes = with_priority(written, priority)
        if not all(self.asked.program.owns(change.source) for change in changes):
            return None
        record = self.asked.changed(changes)
        if record is None or not self.asked.part_holds(record):
            return None
        path = f"{written.path} = {code};" if written.names else code
        how = "without a weaker priority" if priority == PLAIN else f"with {call_of(priority)}"
        return Advice(f"write it {how}", path, written.place, self.proof(), changes)

    def fulfilled(self, part: Part) -> list[Advice]:
        """What makes the conditions of a `mkIf` true."""
        for condition in part.conditions:
            if condition.holds is not False:
                continue
            for loc in read_options(self.question, condition):
                value = self.question.value_of(loc)
                if type(value) is bool:
                    advice = self.defining(loc, "false" if value else "true", "make the condition true")
                    if advice is not None:
                        return [advice]
        return self.defined_anew()

    # -- nobody says so

    def unsaid(self) -> OptionStep:
        """Nobody says what is expected."""
        question, option = self.question, self.option
        kept = option.kept()
        name = question.option_name(option.loc)
        if not kept:
            said, place = f"No module defines {name}, and it has no default.", option.declaration
            where = place.place if place is not None else None
            return OptionStep(UNDEFINED, where, [said], self.defined_anew())
        where = self.place(kept[0])
        if kept[0].is_default:
            at = shown_place(where, question.base)
            said = f"No module defines {name}: it has the option's default ({at})."
            return OptionStep(UNDEFINED, where, [said], self.defined_anew())
        parts = " and ".join(question.described(part) for part in kept[:3])
        said = f"No module says so: what counts is {parts}."
        return OptionStep(DEFINED, where, [said], self.defined_anew())

    def defined_anew(self) -> list[Advice]:
        """A definition in a module of one's own."""
        loc = (*self.option.loc, *self.below)
        for code in self.contents():
            advice = self.defining(loc, code, "define it in a module")
            if advice is not None:
                return [advice]
        return []

    def contents(self) -> Iterator[str]:
        """What a definition would say: of a list that is merged what is missing, else the value."""
        value, expected = self.asked.value, self.asked.expected
        wanted = self.asked.wanted.text if not self.asked.inner else ""
        if type(value) is tuple and type(expected) is tuple and len(expected) > len(value):
            from nixlite.explain.expected.needs import list_code

            head = expected[: len(value)]
            if all(self.asked.equal(x, y) for x, y in zip(value, head, strict=True)):
                rest = list_code(self.asked, len(value), len(expected))
                if rest:
                    yield from (rest, f"lib.mkAfter {rest}")
        if wanted:
            yield wanted
        elif expected is not MISSING:
            yield self.asked.found.evaluator.shown(expected)

    def defining(self, loc: tuple[str, ...], code: str, say: str) -> Advice | None:
        """A further module that defines an option, with force where that is needed, if the value comes out of
        it."""
        name = ".".join(map(attribute_name, loc))
        for value in (code, f"lib.mkForce {grouped(code)}"):
            text = f"{name} = {value};"
            result = self.question.extended(f"{{ lib, ... }}: {{ {text} }}")
            if result is not None and self.is_expected(result):
                return Advice(say, text, None, self.proof())
        return None

    def is_expected(self, result: Outcome) -> bool:
        """Whether a trial gave what is expected."""
        if not result.ok:
            return False
        expected = self.asked.expected_in(result.found)
        return not isinstance(expected, NixError) and equal_in(result.found, result.value, expected)

    def proof(self) -> str:
        """What was found out."""
        return f"{self.asked.name} is then {self.asked.shown(self.asked.expected)}"


def grouped(code: str) -> str:
    """Code as an argument: in parentheses, unless it is a word, a list, a set or a text."""
    return code if " " not in code or code[0] in "[{\"'" else f"({code})"
