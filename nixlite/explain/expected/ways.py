"""What lets the expected value in: the smallest change that was found, tried.

The user's own sources are changed where the step is in them; what is in a package that is not the user's is
overridden, as `nixlite override` writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.errors import NixError
from nixlite.explain.brief import text_of
from nixlite.explain.expected import steps as s
from nixlite.explain.expected.asked import equal_in
from nixlite.explain.expected.needs import edits
from nixlite.explain.expected.turns import without
from nixlite.explain.override.answer import write
from nixlite.explain.override.code import PKGS
from nixlite.explain.override.wishes import Wish
from nixlite.explain.recording.program import Program
from nixlite.explain.stale.facts import attribute
from nixlite.explain.stale.text import shown_fixes
from nixlite.explain.trials import Advice, Change, edited, outcome
from nixlite.runtime.values import ContextString
from nixlite.source import Source
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nixlite.explain.expected.asked import Asked
    from nixlite.explain.expected.needs import Need
    from nixlite.explain.expected.steps import Step

MOST_CALLS = 8
"""Calls for which it is tried to give them an argument."""

SUBJECT = "it"
"""What a package is called that is no attribute of a set."""


def ways(asked: Asked, step: Step) -> list[Advice]:
    """What to do: the first that was tried and works; none where nothing does."""
    last = step
    while last.because is not None:
        last = last.because
    first = next((advice for advice in Ways(asked, last).found() if advice is not None), None)
    return [] if first is None else [first]


class Ways:
    """The ways to have a step go otherwise."""

    def __init__(self, asked: Asked, step: Step) -> None:
        self.asked = asked
        self.step = step
        self.own = asked.program.owns

    def found(self) -> Iterator[Advice | None]:
        """Each way that is tried, the best first: each takes evaluations, so only as many as are wanted."""
        step = self.step
        if step.kind in (s.GIVEN_ELSEWHERE, s.REFUSED):
            yield self.by_fix()
        if step.kind == s.REFUSED:
            yield self.by_other_function()
        if step.changes:
            yield self.by_step()
        if step.kind in (s.REPLACED, s.HIDDEN):
            yield self.by_removal()
        if step.need is not None:
            if step.kind == s.NOT_GIVEN:
                yield self.by_giving(step.need)
            yield self.by_edit(step.need)
        yield self.by_override()

    def proof(self) -> str:
        """What was found out."""
        return f"{self.asked.name} is then {self.asked.shown(self.asked.expected)}"

    def tried(self, say: str, code: str, changes: Sequence[Change]) -> Advice | None:
        """A change of the user's own sources, if it lets the value in."""
        if not changes or not all(self.own(change.source) for change in changes):
            return None
        record = self.asked.changed(changes)
        if record is None or not self.asked.part_holds(record):
            return None
        source = self.asked.found.evaluator.sources[changes[0].source]
        place = (source.name, *source.line_column(changes[0].start))
        return Advice(say, code, place, self.proof(), changes)

    # -- in the user's own sources

    def by_step(self) -> Advice | None:
        """The change that found the step."""
        step = self.step
        source = self.asked.found.evaluator.sources[step.changes[0].source].text
        if step.kind == s.MISSPELT and step.entry is not None:
            code = f"{step.changes[0].text} = {step.entry.text};"
            return self.tried("write the name as it is read", code, step.changes)
        if step.kind == s.WRITTEN:
            there = source[step.changes[0].start : step.changes[0].end]
            return self.tried(f"write, for `{there}`,", step.changes[0].text, step.changes)
        if step.kind == s.HIDDEN and step.entry is not None:
            return self.tried(f"take away `{step.entry.name} = {step.entry.text};`", "", step.changes)
        if step.kind == s.DECIDED and step.turn is not None:
            condition = source[step.turn.condition.start : step.turn.condition.end]
            return self.tried(
                f"decide otherwise: `{condition}` has to be {step.turn.taken}", "", step.changes
            )
        return None

    def by_removal(self) -> Advice | None:
        """Without the definition that has the last word."""
        found = self.asked.found
        for node in found.origins.chain(self.step.need.node.cell) if self.step.need is not None else ():
            entry = found.places.of(node)
            changes = without(entry) if entry is not None else []
            if entry is not None and changes:
                advice = self.tried(f"take away `{entry.name} = {entry.text};`", "", changes)
                if advice is not None:
                    return advice
        return None

    def by_edit(self, need: Need) -> Advice | None:
        """The definition written as it would have to be."""
        changes = edits(self.asked, need)
        name = attribute_name(need.entry.name)
        return self.tried("write", f"{name} = {need.code};", changes) if changes else None

    def by_giving(self, need: Need) -> Advice | None:
        """The argument given where the function is called; on the command line where it is the program."""
        name, tries = attribute_name(need.entry.name), 0
        for file, source in list(self.asked.found.evaluator.sources.items()):
            index = self.asked.found.places.index(file) if self.own(file) else None
            for node in walk(index.tree) if index is not None else ():
                last = node.arguments[-1] if type(node) is n.Call else None
                if type(last) is not n.AttrSet or tries >= MOST_CALLS:
                    continue
                tries += 1
                end = source.text.rindex("}", last.start, last.end)
                code = f"{name} = {need.code};"
                changes = [Change(file, end, end, f" {code} ")]
                advice = self.tried("give the argument where the function is called", code, changes)
                if advice is not None:
                    return advice
        parents = need.entry.parents
        if parents is not None and parents.up is None and need.place[0] in self.asked.program.entries:
            text = type(need.value) in (str, ContextString)
            code = f"--argstr {name} {text_of(need.value)}" if text else f"--arg {name} '{need.code}'"
            record = self.asked.changed(edits(self.asked, need))
            if record is not None and self.asked.part_holds(record):
                return Advice("give the argument on the command line", code, need.place, self.proof())
        return None

    # -- by an override

    def by_fix(self) -> Advice | None:
        """The override as `stale` mends it."""
        asked, judged = self.asked, self.asked.judged
        if judged is None:
            return None
        say = "give what is made of it as well; the override is then"
        if self.step.kind == s.REFUSED:
            say = "write the override so that it is taken"
        for fix in shown_fixes(judged):
            changes = [Change(fix.place[0], *edit) for edit in fix.edits]
            advice = self.tried(say, fix.code, changes)
            if advice is not None:
                return advice._replace(place=fix.place)
        plain = judged.plain_fix
        if plain is None or not plain.ok:
            return None
        rest = asked.path[len(asked.owner or ()) :]
        for effect in plain.effects:
            if effect.path == rest and asked.equal(effect.after, asked.expected):
                return Advice(say, plain.code, (plain.file, plain.line, 1), self.proof())
        return None

    def by_other_function(self) -> Advice | None:
        """What a refused override gives, given as `nixlite override` would."""
        asked, judged = self.asked, self.asked.judged
        seen = judged.refusal.layer.observation if judged is not None and judged.refusal is not None else None
        argument: Any = seen.site.argument if seen is not None else None
        prefix = asked.owner
        if seen is None or type(argument) is not n.AttrSet or prefix is None:
            return None
        site = seen.site
        wishes = [
            Wish(name, site.text(binding.value), adds=False)
            for name, binding in argument.bindings.items()
            if binding.value is not None
        ]
        subject = site.text(site.subject)
        change = Change(site.source.name, site.call.start, site.call.end, f"({subject})")
        texts = edited(asked.found, [change])

        def make(code: str) -> Program:
            return applied(asked.program, code, wrapped=not prefix, texts=texts)

        try:
            code = write(make, prefix or (SUBJECT,), wishes).code
        except NixError:
            return None
        code = code.replace(f"{PKGS}.{'.'.join(prefix or (SUBJECT,))}", subject)
        change = change._replace(text=f"({code})")
        advice = self.tried("the package takes it in another way; write", code, [change])
        return advice._replace(place=site.place) if advice is not None else None

    def by_override(self) -> Advice | None:
        """The override of the package that gives the value."""
        prefix = self.asked.owner
        asked = self.asked
        if prefix is None or not asked.is_package(outcome(asked.found, prefix).value):
            return None
        rest = asked.path[len(prefix) :]
        wishes: list[Wish] = []
        need = self.step.need
        if need is not None and type(need.value) in (str, ContextString, bool, int):
            wishes.append(Wish(need.entry.name, need.code, adds=False))
        if rest:
            wishes.append(Wish(".".join(rest), asked.code, adds=False))
        for wish in wishes:
            advice = self.overridden(prefix, rest, wish)
            if advice is not None:
                return advice
        return None

    def overridden(self, prefix: tuple[str, ...], rest: tuple[str, ...], wish: Wish) -> Advice | None:
        """The override that fulfils a wish, if the value comes out of it."""
        asked = self.asked
        names = prefix or (SUBJECT,)

        def make(code: str) -> Program:
            return applied(asked.program, code, wrapped=not prefix)

        try:
            written = write(make, names, [wish])
            found = make(f"{PKGS}: {written.code}").checked()
        except NixError:
            return None
        if not written.ok:
            return None
        value = attribute(found, found.root, *rest)
        expected = asked.expected_in(found) if not asked.others else None
        if isinstance(expected, NixError) or not equal_in(found, value, expected):
            return None
        hint = "; the hash is a placeholder" if written.placeholder else ""
        say = f"override the package, `{PKGS}` being the set that it is in{hint}"
        code = written.code if prefix else written.code.replace(f"{PKGS}.{SUBJECT}", SUBJECT)
        if not prefix:
            say = f"override the package, which is called `{SUBJECT}` here{hint}"
        return Advice(say, code, None, self.proof())


def applied(
    program: Program, code: str, *, wrapped: bool = False, texts: dict[str, str] | None = None
) -> Program:
    """The program that applies a function to the value of another, of which some sources have other *texts*;
    *wrapped*: to a set with it."""

    def evaluate(evaluator: Any) -> Any:
        evaluator.edits = {**evaluator.edits, **(texts or {})}
        function = evaluator.evaluate_source(Source("«what to write»", code, base=program.settings.cwd))
        if "root" not in evaluator.kept:
            evaluator.kept["root"] = program.evaluate(evaluator)
        value = evaluator.kept["root"]
        return evaluator.base["call"](function, {SUBJECT: value} if wrapped else value)

    made = Program(program.settings, program.host, evaluate, ["«what to write»"])
    made.codes, made.quiet, made.store = program.codes, True, program.store
    return made
