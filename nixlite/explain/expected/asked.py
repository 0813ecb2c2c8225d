"""What was expected of an attribute: the value, and whether an evaluation gives it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import EvalError, NixError
from nixlite.explain.brief import brief, first_line, folder_of, forcing, one_line, shown_place
from nixlite.explain.override.code import PKGS
from nixlite.explain.recording.observing import Trial
from nixlite.explain.recording.program import locate
from nixlite.explain.stale.answer import stale
from nixlite.explain.stale.facts import is_package, value_of
from nixlite.explain.stale.record import Changes, Runs
from nixlite.explain.trials import edited, outcome
from nixlite.runtime.values import MISSING, ContextString, FunctionType
from nixlite.source import Source
from nixlite.spelling import attribute_name, quote
from nixlite.syntax import nodes as n
from nixlite.syntax.parser import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nixlite.explain.recording.instrumented import InstrumentedEvaluator
    from nixlite.explain.recording.notes import Place, Substitute
    from nixlite.explain.recording.program import Examination, Program
    from nixlite.explain.recording.recorder import Node
    from nixlite.explain.stale.answer import Answer as Judged
    from nixlite.explain.stale.record import Record
    from nixlite.explain.trials import Change
    from nixlite.runtime.values import Lazy

BARE = re.compile(r"[\w.+/:-]+")
"""What may be meant as a text without its quotes."""

EQUAL = "a: b: a == b"


class Wanted(NamedTuple):
    """What was expected: its *text*, and what evaluates it for an evaluation of the program."""

    text: str
    make: Callable[[InstrumentedEvaluator, Any], Lazy]


def expression(text: str, base: str) -> Wanted:
    """An expression as what is wanted; a function is applied to the value of the program."""

    def make(evaluator: InstrumentedEvaluator, root: Any) -> Lazy:
        value: Lazy = evaluator.evaluate_source(Source(EXPECTED, text, base=base))
        if type(value) is FunctionType:
            value = evaluator.base["call"](value, root)
        return value

    return Wanted(text, make)


EXPECTED = "«expected»"
"""The name of the source of what is expected."""


class Asked:
    """An attribute that was asked about, at *path* of the program's value, and what was *wanted* there.

    *inner* leads from there to the part that differs, where both are sets or lists of one form: the questions
    are about that part. *value* is what is there, a NixError where there is none; *expected* the other one.
    """

    def __init__(self, program: Program, path: Sequence[str], wanted: Wanted) -> None:
        self.program = program
        self.asked_path = tuple(path)
        self.runs = Runs(program, path)
        self.first = self.runs.first
        self.found = self.first.found
        self.base = folder_of(self.found.evaluator.state)
        self.look = forcing(self.found)
        self.missing = self.first.error is not None and self.is_missing()
        self.inner: tuple[str, ...] = ()
        self.others: list[str] = []
        self.wanted = self.meant(wanted)
        self.value: Any = self.first.value
        self.expected: Any = self.expected_in(self.found)
        self.narrow()
        self.chain = self.chain_of_value()

    def chain_of_value(self) -> list[Node]:
        """The definitions that the value passed, each merely another name of the next; where there is no
        value at the path those of the set that should have it."""
        for end in range(len(self.path), -1, -1):
            try:
                at = locate(self.found, self.path[:end])
            except NixError:
                continue
            nodes = self.found.origins.chain(at.cell)
            if nodes or not end:
                return nodes
        return []

    def is_missing(self) -> bool:
        """Whether the set at the path has no such attribute; raises the error of a set that is not there."""
        if not self.asked_path or self.found.error is not None:
            return False
        try:
            above = value_of(self.found, locate(self.found, self.asked_path[:-1]).cell)
        except NixError as error:
            raise self.found.evaluator.explain(error) from None
        return type(above) is dict and self.asked_path[-1] not in above

    # -- the two values

    def meant(self, wanted: Wanted) -> Wanted:
        """What is wanted; a bare word is a text where a text is."""
        there = self.first.value
        if type(there) is FunctionType:
            raise EvalError("this is a function, and functions cannot be compared with anything")
        is_text = type(there) in (str, ContextString) or isinstance(there, NixError)
        bare = BARE.fullmatch(wanted.text) is not None
        quoted = expression(quote(wanted.text), self.base)
        try:
            value = self.found.evaluator.guard(lambda _: self.evaluated(wanted, self.found), None)
        except NixError as error:
            if is_text and bare:
                return quoted
            hint = f"A text is written in quotes: '{quote(wanted.text)}'." if bare else None
            raise EvalError(
                f"the expected value `{one_line(wanted.text)}` cannot be evaluated: {first_line(error)}",
                hint=hint,
            ) from None
        other = type(there) in (str, ContextString) and type(value) not in (str, ContextString)
        return quoted if other and bare else wanted

    def evaluated(self, wanted: Wanted, found: Examination) -> Any:
        """The wanted value in weak head normal form."""
        return found.recorder.force(wanted.make(found.evaluator, found.root))

    def expected_in(self, found: Examination) -> Any:
        """The expected value in an evaluation, at `inner`; MISSING where it has no such part."""

        def at(_: Any) -> Any:
            value = self.evaluated(self.wanted, found)
            for name in self.inner:
                value = found.recorder.force(value[int(name)] if type(value) is tuple else value[name])
            return value

        _, value = found.recorder.ask(lambda: found.evaluator.guard(at, None))
        return value

    def narrow(self) -> None:
        """Go down to the part that differs."""
        while True:
            a, b = self.value, self.expected
            if type(a) is dict and type(b) is dict and not (self.is_package(a) or self.is_package(b)):
                names = sorted(a.keys() | b.keys())
                differing = [n for n in names if n not in a or n not in b or not self.equal(a[n], b[n])]
                if not differing or differing[0] not in b or len(self.inner) > 20:
                    return
                name = differing[0]
                self.others += [".".join((*self.path, other)) for other in differing[1:]]
                below = a.get(name, MISSING)
            elif type(a) is tuple and type(b) is tuple and len(a) == len(b):
                at = [i for i, (x, y) in enumerate(zip(a, b, strict=True)) if not self.equal(x, y)]
                if len(at) != 1 or type(self.look(a[at[0]])) not in (dict, tuple):
                    return
                name, below = str(at[0]), a[at[0]]
            else:
                return
            self.inner = (*self.inner, name)
            self.value = value_of(self.found, below)
            self.expected = self.expected_in(self.found)

    @property
    def path(self) -> tuple[str, ...]:
        """The path to the part that the questions are about."""
        return (*self.asked_path, *self.inner)

    @cached_property
    def owner(self) -> tuple[str, ...] | None:
        """The path of the package that the attribute belongs to (of the first that fails), or of the set that
        it is in."""
        for end in range(len(self.path)):
            value = outcome(self.found, self.path[:end]).value
            if isinstance(value, NixError) or self.is_package(value):
                return self.path[:end]
        return self.path[:-1] if self.path else None

    @cached_property
    def judged(self) -> Judged | None:
        """What `stale` says of the package that the attribute belongs to; None where it says nothing."""
        if self.owner is None:
            return None
        try:
            return stale(self.program, self.owner)
        except NixError:
            return None

    def is_package(self, value: Any) -> bool:
        """Whether a value is a derivation."""
        return is_package(self.found, value)

    def equal(self, a: Any, b: Any) -> bool:
        """Whether two values of the first evaluation are equal, as `==` has it."""
        return equal_in(self.found, a, b)

    @property
    def code(self) -> str:
        """What is wanted as code that has `pkgs` in scope, as far as it needs something."""
        tree = self.wanted_tree()
        if type(tree) is n.Lambda and tree.argument == PKGS:
            return self.wanted.text[tree.body.start : tree.body.end]
        return self.wanted.text

    def wanted_tree(self) -> Any:
        """The expression of what is wanted."""
        return parse(Source(EXPECTED, self.wanted.text), self.found.evaluator.parse_options())

    # -- trials

    def part_holds(self, record: Record) -> bool:
        """Whether an evaluation gives what was expected of the part that the questions are about."""
        found = record.found
        at: Any = record.value
        for name in self.inner:
            if type(at) is tuple and name.isdigit() and int(name) < len(at):
                at = value_of(found, at[int(name)])
            elif type(at) is dict and name in at:
                at = value_of(found, at[name])
            else:
                return False
        expected = self.expected_in(found)
        bad = isinstance(at, NixError) or isinstance(expected, NixError) or at is MISSING
        return not bad and equal_in(found, at, expected)

    def changed(self, changes: Sequence[Change]) -> Record | None:
        """The program with changed texts; None where a text is that of no source."""
        names = {change.source for change in changes}
        if not names <= self.found.evaluator.sources.keys():
            return None
        texts = edited(self.found, changes)
        if all(self.program.owns(name) for name in names):
            return self.runs.trial(Trial(texts=tuple(sorted(texts.items()))))
        return self.runs.substituted(Changes({}, texts, {}))

    def substituted(self, substitutes: dict[Place, Substitute]) -> Record:
        """The program with other values in some places."""
        return self.runs.substituted(Changes(substitutes, {}, {}))

    # -- words

    @property
    def name(self) -> str:
        """The path as it is written."""
        names = [name if name.isdigit() else attribute_name(name) for name in self.path]
        return ".".join(names) or "the value"

    def shown(self, value: Any) -> str:
        """A value in few words."""
        return brief(value, 2, self.look)

    def at(self, place: Place | None) -> str:
        """A place in few words."""
        return shown_place(place, self.base)


def equal_in(found: Examination, a: Any, b: Any) -> bool:
    """Whether two values of one evaluation are equal, as `==` has it; what fails is not."""
    evaluator = found.evaluator
    call = evaluator.base["call"]

    def compare(_: Any) -> Any:
        known = evaluator.state.caches
        if "equality" not in known:
            known["equality"] = evaluator.evaluate_source(Source("«equal»", EQUAL))
        return call(call(known["equality"], a), b)

    _, answer = found.recorder.ask(lambda: evaluator.guard(compare, None))
    return answer is True
