"""The step that kept a value out, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.explain.brief import one_line
from nixlite.explain.expected import steps as s
from nixlite.explain.expected.turns import ASSERT, DEFAULT, IF
from nixlite.explain.recording.places import FORMAL, LET, REC

if TYPE_CHECKING:
    from nixlite.explain.expected.asked import Asked
    from nixlite.explain.expected.needs import Need
    from nixlite.explain.expected.steps import Step
    from nixlite.explain.recording.notes import Place


class Words:
    """Says what was found out about a question."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.verb = "is made of"

    def at(self, place: Place | None) -> str:
        """A place in few words."""
        return self.asked.at(place)

    def headline(self, shown: str, expected: str) -> str:
        """What is there, and what is not."""
        others = len(self.asked.others)
        more = f" ({others} more {'parts differ' if others > 1 else 'part differs'})" if others else ""
        hint = getattr(self.asked.first.value, "hint", None) if self.asked.missing else None
        return f"{self.asked.name} is {shown}, not {expected}{more}." + (f" {hint}" if hint else "")

    def step(self, step: Step) -> list[str]:
        """The sentences for a step, and for what it depends on."""
        said: list[str] = []
        if step.need is not None and step.kind not in (s.GIVEN_ELSEWHERE, s.COMPUTED):
            said += self.made_of(step.need)
        said.append(getattr(self, SAYING[step.kind])(step))
        if step.because is not None:
            self.verb = "depends on"
            said += self.step(step.because)
        return said

    def made_of(self, need: Need) -> list[str]:
        """What the value is made of, if that is something else."""
        if need.node in self.asked.chain:
            return []
        value, place = self.asked.shown(need.value), self.at(need.place)
        return [f"It {self.verb} `{need.entry.name}` at {place}, which would have to be {value}."]

    def replaced(self, step: Step) -> str:
        """A later layer put another value over the one that would do."""
        assert step.need is not None
        value, name = self.asked.shown(step.need.value), step.need.entry.name
        replaced = f"{value} was there, from {self.at(step.giver)}, and {self.at(step.place)} replaced it"
        place = step.layer.place if step.layer is not None else None
        by = (
            f"the `//` at {self.at(place)}"
            if place and self.asked.program.owns(place[0])
            else "what is put over it"
        )
        return f"{replaced}: {by} has the later `{name}`."

    def given_elsewhere(self, step: Step) -> str:
        """The value was given where nobody reads it for this."""
        assert step.need is not None
        need, name = step.need, step.need.entry.name
        value = self.asked.shown(need.value)
        given = f"`{name} = {value}` is given at {self.at(step.giver)}"
        read = f"{self.asked.name} is made of the `{name}` at {self.at(need.place)}"
        because = {
            REC: f"in a `rec` set `{name}` means what is written there, whatever is put over the set later",
            LET: "that is a `let` variable, which no override reaches",
            FORMAL: "that is an argument, which had its value before",
        }.get(need.entry.kind, "it had been made before")
        return f"{given}, but {read}: {because}."

    def decided(self, step: Step) -> str:
        """A decision went the other way."""
        turn, entry, at = step.turn, step.entry, self.at(step.place)
        if turn is None or entry is None:
            return f"`{one_line(entry.text)}` at {at} decides." if entry is not None else f"{at} decides."
        text = entry.source.text
        condition = one_line(text[turn.condition.start : turn.condition.end])
        if turn.what == DEFAULT:
            whole = one_line(text[turn.node.start : turn.node.end])
            return f"`{whole}` at {at} takes what is before `or`, for it is there."
        if turn.what == ASSERT:
            return f"`assert {condition}` at {at} fails."
        other = "false" if turn.taken == "true" else "true"
        if turn.what == IF:
            return f"`if {condition}` at {at} is {other}, and the value is in the branch for {turn.taken}."
        return f"`{condition}` at {at} is {other}; with {turn.taken} the value is there."

    def hidden(self, step: Step) -> str:
        """A definition hides the value."""
        assert step.need is not None
        assert step.entry is not None
        source = f", from {self.at(step.giver)}" if step.giver is not None else ""
        otherwise = f"without that it would be {self.asked.shown(step.need.value)}{source}"
        return f"`{step.entry.name}` is given at {self.at(step.place)}; {otherwise}."

    def misspelt(self, step: Step) -> str:
        """The value is given under a name that nothing reads."""
        assert step.need is not None
        assert step.entry is not None
        unread = f"`{step.entry.name}` at {self.at(step.place)} is read by nothing"
        return f"{unread}: the name is `{step.need.entry.name}`."

    def not_given(self, step: Step) -> str:
        """An argument has its default."""
        assert step.need is not None
        entry = step.need.entry
        default = f"it has its default, `{one_line(entry.text)}` ({self.at(step.place)})"
        return f"Nobody gives the argument `{entry.name}`: {default}."

    def written(self, step: Step) -> str:
        """Nothing in the program says otherwise."""
        if step.need is None:
            text = self.asked.found.evaluator.sources[step.changes[0].source].text
            literal = one_line(text[step.changes[0].start : step.changes[0].end])
            return f"It is made of `{literal}` at {self.at(step.place)}, and nothing gives another."
        entry = step.need.entry
        definition = f"{entry.name} = {one_line(entry.text)}"
        return f"{self.at(step.place)} says so (`{definition}`), and nothing gives another value."

    def computed(self, step: Step) -> str:
        """No other value of a single definition gives what is expected."""
        if step.entry is None:
            return "Nothing that was tried lets the value in."
        if self.asked.missing:
            return f"The set is made at {self.at(step.place)}, and nothing gives it `{self.asked.path[-1]}`."
        computed = f"It is computed at {self.at(step.place)} (`{one_line(step.entry.text)}`)"
        return f"{computed}; no single definition that it reads was found that gives it with another value."


SAYING = {
    s.REPLACED: "replaced",
    s.GIVEN_ELSEWHERE: "given_elsewhere",
    s.DECIDED: "decided",
    s.HIDDEN: "hidden",
    s.MISSPELT: "misspelt",
    s.NOT_GIVEN: "not_given",
    s.WRITTEN: "written",
    s.COMPUTED: "computed",
}
"""The function that says each kind of step."""
