"""Why a value is what it is, what an override left behind, and how to write one: asked by Python programs.

What `nixlite why`, `nixlite stale` and `nixlite override` tell, as data classes. `text` of each is what the
command prints, and so is `str(…)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nixlite.api import Evaluator
from nixlite.cli.auto_call import parse_attr_path
from nixlite.drives import given_path
from nixlite.formats.nix.evaluated import show_value
from nixlite.interop.answers import (
    Advice,
    Behind,
    Definition,
    Fix,
    Given,
    Override,
    Place,
    Read,
    Stale,
    Step,
    Why,
)
from nixlite.interop.from_python import from_python
from nixlite.interop.origins import File, Text
from nixlite.interop.replay import BASE, program_of, split
from nixlite.interop.roots import is_known
from nixlite.interop.value import Value

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from nixlite.explain.brief import Folder
    from nixlite.explain.modules.answer import OptionAnswer
    from nixlite.explain.override.answer import Written
    from nixlite.explain.recording.program import Program
    from nixlite.explain.stale.answer import Answer
    from nixlite.explain.why.attribute import Explanation
    from nixlite.explain.why.attribute import Read as FoundRead
    from nixlite.explain.why.attribute import Written as FoundText
    from nixlite.interop.owner import Origin


class Question:
    """A program to ask about: a `Value`, the text of one, or a file; and an attribute path in it."""

    def __init__(self, program: Value | str | os.PathLike[str], path: str | Sequence[str | int]) -> None:
        if isinstance(program, Value):
            if not is_known(program.origin):
                raise ValueError(
                    "what a function of Python's was given cannot be asked about, nor parts of it"
                )
            owner = program.evaluator
            origin: Origin = program.origin
        else:
            owner = Evaluator()
            if isinstance(program, str):
                origin = Text("«string»", program, owner.settings.cwd, {})
            else:
                origin = File(given_path(program, owner.settings.cwd))
        self.owner = owner
        self.origin, inner = split(origin)
        self.path = inner + (parse_attr_path(path) if isinstance(path, str) else [str(key) for key in path])

    def program(self, expression: str | None = None) -> Program:
        """The program as `explain` wants it; with *expression*, a function applied to it."""
        builtins = self.owner.builtins if isinstance(self.owner, Evaluator) else {}
        origin = self.origin
        if expression is not None and type(origin) is Text:
            origin = Text(BASE, origin.text, origin.base, origin.scope)  # «string» is the expression
        made = program_of(origin, self.owner.engine, self.owner.host, builtins, expression)
        made.quiet = True  # who wants its warnings has evaluated it
        return made


def why(
    program: Value | str | os.PathLike[str],
    path: str | Sequence[str | int] = "",
    *,
    depth: int = 3,
    everything: bool = False,
) -> Why:
    """Where the attribute at *path* was written, which layers it passed, and what it reads.

    *program* is a Value, the text of a Nix program, or a file (an `os.PathLike`). It is evaluated anew, and
    recorded. *depth*: how far to follow what is read; *everything*: also what only functions read. Raises
    NixError if the path leads nowhere, ValueError for a Value of which it is not known how it came about.

    >>> package = nixlite.evaluate("let base = { port = 80; }; in base // { port = 8080; }")
    >>> answer = nixlite.why(package, "port")
    >>> answer.value, [str(definition.place) for definition in answer.steps[-1].definitions]
    ('8080', ['«string»:1:41'])
    """
    from nixlite.explain.why.answering import answer

    question = Question(program, path)
    told = answer(question.program(), question.path, depth, everything=everything)
    found: Explanation | OptionAnswer = told.data
    is_option = hasattr(found, "declared")
    return Why(
        path=found.path,
        value=found.value,
        error=found.error,
        verdict=tuple(found.verdict),
        advice=tuple(
            [Advice(each.say, each.code, Place.of(each.place), each.proved) for each in found.advice]
        ),
        steps=() if is_option else steps_of(told.data),
        reads=() if is_option else reads_of(told.data.reads),
        definitions=definitions_of(told.data) if is_option else (),
        kind=told.data.kind if is_option else "",
        declared=told.data.declared if is_option else "",
        text=told.text,
    )


def steps_of(found: Explanation) -> tuple[Step, ...]:
    """The layers of an attribute."""
    return tuple(
        [
            Step(
                each.what,
                Place.of(each.place),
                each.value,
                tuple(map(definition_of, each.written)),
                each.changes,
            )
            for each in found.steps
        ]
    )


def definition_of(written: FoundText) -> Definition:
    """A definition that a value passed."""
    return Definition(written.name, Place.of(written.place), written.text)


def definitions_of(found: OptionAnswer) -> tuple[Definition, ...]:
    """The definitions of an option."""
    return tuple(
        [
            Definition(found.path, Place.of(row.place), row.text, row.state, row.value, row.priority)
            for row in found.definitions
        ]
    )


def reads_of(found: Iterable[FoundRead]) -> tuple[Read, ...]:
    """What a value reads."""
    return tuple([Read(each.name, Place.of(each.place), each.value, reads_of(each.reads)) for each in found])


def stale(program: Value | str | os.PathLike[str], path: str | Sequence[str | int] = "") -> Stale:
    """Whether the overrides of the package or set at *path* took effect; if not, why, and what to write
    instead.

    *program* is as for `why`. Raises NixError for a program that has no overrides and fails.

    >>> changed = 'p: p.python3Packages.pytorch-lightning.overrideAttrs (old: { version = "0.9.0"; })'
    >>> package = nixlite.evaluate(changed)(nixlite.evaluate("import <nixpkgs> { }"))
    >>> answer = nixlite.stale(package)
    >>> answer.ok, answer.fixes[0].ok
    (False, True)
    """
    from nixlite.explain.brief import folder_of
    from nixlite.explain.stale.several import Several, evaluator_of, show_each, stale_each

    question = Question(program, path)
    answer = stale_each(question.program(), question.path)
    base = folder_of(evaluator_of(answer).state)
    if not isinstance(answer, Several):
        return stale_of(answer, base)
    from nixlite.explain.stale.several import code_each, data_each

    text = show_each(answer, base)
    return Stale(
        code=code_each(answer),
        headline=text.split("\n")[0],
        problems=(),
        notes=(),
        given=(),
        behind=(),
        fixes=(),
        drv_path=None,
        members={name: stale_of(member, base) for name, member in answer.members.items()},
        data=data_each(answer, base),
        text=text,
    )


def stale_of(answer: Answer, base: Folder) -> Stale:
    """The answer about one package or set."""
    from nixlite.explain.stale.data import data
    from nixlite.explain.stale.text import exit_code, show

    text, found = show(answer, base), data(answer, base)
    verdict = found.get("verdict") or {"headline": text.split("\n")[0], "problems": (), "notes": ()}
    fixes = found["fixes"] if "fixes" in found else [found["fix"]] if found["fix"] else []
    return Stale(
        code=exit_code(answer),
        headline=verdict["headline"],
        problems=tuple(verdict["problems"]),
        notes=tuple(verdict["notes"]),
        given=given_of(found),
        behind=behind_of(found),
        fixes=tuple([Fix(row["code"], row["place"], row["ok"], row["placeholder_hash"]) for row in fixes]),
        drv_path=found.get("drvPath"),
        members={},
        data=found,
        text=text,
    )


def given_of(found: Mapping[str, Any]) -> tuple[Given, ...]:
    """What was given, of a package or another set."""
    rows = [(layer["by"], row) for layer in found.get("overrides", ()) for row in layer["given"]]
    made = [Given(row["name"], row["old"], row["new"], row["place"], by, row["reach"]) for by, row in rows]
    plain = [(row["by"], row) for row in found.get("overridden", ())]
    plain += [("override", row) for row in found.get("arguments", ())]
    made += [Given(row["name"], row["old"], row["new"], row["override"], by, "") for by, row in plain]
    return tuple(made)


def behind_of(found: Mapping[str, Any]) -> tuple[Behind, ...]:
    """What did not follow, of a package or another set."""
    given = [row for layer in found.get("overrides", ()) for row in layer["given"]]
    rows = [(row["cause"], row) for each in given for row in each["behind"]]
    rows += [(", ".join(row["causes"]), row) for row in found.get("stale", ())]
    made = [Behind(tuple(row["path"]), row["value"], row["expected"], cause) for cause, row in rows]
    return tuple(dict.fromkeys(made))


def override(
    program: Value | str | os.PathLike[str],
    path: str | Sequence[str | int],
    wishes: Mapping[str, Any] | Iterable[str],
) -> Override:
    """The code that gives the package at *path* what is wished, tried.

    *program* is as for `why`: a package set. *wishes* are names and what they are to be; a name that ends in
    `+` is added to. A string is a text, the name of a package, or Nix code, as on the command line of
    `nixlite override`, whose words `NAME=VALUE` may be given, too; other data is what it becomes in Nix.
    Raises NixError where the package does not evaluate, or takes no such thing.

    >>> answer = nixlite.override("import <nixpkgs> { }", "hello", {"version": "2.12", "doCheck": False})
    >>> answer.ok, answer.mechanism
    (True, ('overrideAttrs', 'override'))
    """
    from nixlite.explain.override.answer import write
    from nixlite.explain.override.text import form_of, show
    from nixlite.explain.override.wishes import read

    question = Question(program, path)
    if isinstance(wishes, Mapping):
        words = [word_of(name, value, question) for name, value in wishes.items()]
    else:
        words = [*wishes]
    if not question.path or not words:
        raise ValueError("which package, and what is wished of it?")

    written: Written = write(question.program, question.path, [read(word) for word in words])
    return Override(
        code=written.code,
        ok=written.ok,
        mechanism=tuple(written.mechanism),
        why=written.why,
        problems=tuple(written.problems),
        placeholder=written.placeholder,
        commands=tuple(written.commands),
        before=written.before,
        drv_path=written.drv,
        derivations=written.rebuilt.derivations,
        fetched=written.rebuilt.fetched,
        overlay=form_of(written, "overlay"),
        flake=form_of(written, "flake"),
        shell=form_of(written, "shell"),
        text=show(written),
    )


def word_of(name: str, value: Any, question: Question) -> str:
    """A wish as a word of the command line."""
    if isinstance(value, str):
        return f"{name}={value}" if value else f'{name}=""'
    owner = question.owner

    def code() -> str:
        return show_value(owner.engine.state, from_python(value, owner))

    return f"{name}={owner.explained(code)}"
