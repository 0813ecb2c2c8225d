"""Why a value is what it is, what became of an override, who made a set, how it is evaluated, what
differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.cli.auto_call import parse_attr_path
from nixlite.errors import NixError
from nixlite.explain.brief import folder_of
from nixlite.playground.bridge.texts import part, place_spot
from nixlite.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nixlite.explain.trials import Advice
    from nixlite.explain.why.attribute import Explanation, Read, Written
    from nixlite.playground.bridge.desk import Desk
    from nixlite.playground.bridge.texts import Spot

STEPS = 3000
"""Steps that are sent."""

NAMES = 80
"""Attributes that are proposed to be asked about."""

LAYER = 60
"""Attributes of a layer that are looked at."""


class Showing:
    """How places and changes of one program are shown; *sources* are the texts that it was evaluated from."""

    def __init__(self, evaluator: Any) -> None:
        self.sources: Mapping[str, Source] = evaluator.sources
        self.base = folder_of(evaluator.state)

    def at(self, place: tuple[str, int, int] | None) -> Spot | None:
        """A place."""
        return place_spot(place, self.sources, self.base)

    def changes(self, source: str, edits: Iterable[tuple[int, int, str]]) -> list[dict[str, Any]]:
        """Edits of a source: a range and the text to be put there."""
        text = self.sources.get(source)
        if text is None:
            return []
        return [
            {**part(text, start, end, self.base), "text": indented(new, text.text, start)}
            for start, end, new in edits
        ]

    def advice(self, found: Advice) -> dict[str, Any]:
        """What to do, and how to apply it."""
        changes = [
            row for one in found.changes for row in self.changes(one.source, [(one.start, one.end, one.text)])
        ]
        return {
            "say": found.say,
            "code": found.code,
            "at": self.at(found.place),
            "proved": found.proved,
            "changes": changes,
        }

    def written(self, found: Iterable[Written]) -> list[dict[str, Any]]:
        """Definitions."""
        return [
            {"name": one.name, "at": self.at(one.place), "text": one.text, "given": one.given}
            for one in found
        ]

    def reads(self, found: Iterable[Read]) -> list[dict[str, Any]]:
        """What is read, and what that reads."""
        return [
            {
                "name": one.name,
                "at": self.at(one.place),
                "value": one.value,
                "reads": self.reads(one.reads),
                "hidden": one.hidden,
            }
            for one in found
        ]


def indented(new: str, text: str, start: int) -> str:
    """Code of several lines as it is written at an offset: its lines as far in as the one that it begins on.
    Where it has a string of several lines it is left as it is."""
    if "''" in new or any(line.count('"') % 2 for line in new.split("\n")):
        return new
    line = text[text.rfind("\n", 0, start) + 1 : start]
    margin = line[: len(line) - len(line.lstrip(" "))]
    return f"\n{margin}".join(new.split("\n"))


# -- why


def why(desk: Desk, main: str, path: Sequence[str], depth: int = 3) -> dict[str, Any]:
    """The answer of `nixlite why`: verdict and advice first, then every definition that the value passed, and
    what it reads; of an option its definitions."""
    from nixlite.explain.why.answering import answer

    program = desk.program(main)
    told = answer(program, path, depth)
    show = Showing(program.first)
    found = told.data
    data: dict[str, Any] = {
        "path": list(path),
        "names": [] if path or found.error else names(desk, main),
        "value": found.value,
        "error": found.error,
        "verdict": list(found.verdict),
        "advice": [show.advice(one) for one in found.advice],
        "text": told.text,
    }
    return data | (option(show, found) if hasattr(found, "definitions") else attribute(show, found))


def names(desk: Desk, main: str) -> list[str]:
    """What is in a set that a file evaluates to: the attributes that may be asked about."""
    value = desk.evaluate(main)
    return sorted(value)[:NAMES] if type(value) is dict else []


def attribute(show: Showing, found: Explanation) -> dict[str, Any]:
    """What is told of an attribute."""
    return {
        "steps": [
            {
                "what": step.what,
                "at": show.at(step.place),
                "value": step.value,
                "changes": step.changes,
                "written": show.written(step.written),
            }
            for step in found.steps
        ],
        "parts": [{"value": one.value, "written": show.written(one.written)} for one in found.parts],
        "circle": [{"name": name, "at": show.at(at), "text": text} for name, at, text in found.circle],
        "reads": show.reads(found.reads),
        "hidden": found.hidden,
    }


def option(show: Showing, found: Any) -> dict[str, Any]:
    """What is told of an option of a module system."""
    return {
        "kind": found.kind,
        "declared": found.declared,
        "definitions": [
            {
                "state": one.state,
                "value": one.value,
                "at": show.at(one.place),
                "text": one.text,
                "weight": one.weight,
                "conditions": list(one.conditions),
            }
            for one in found.definitions
        ],
    }


# -- stale


def stale(desk: Desk, main: str, path: Sequence[str]) -> dict[str, Any]:
    """The answer of `nixlite stale`: a verdict, how far each given value got, and fixes that can be applied;
    of several packages one for each."""
    from nixlite.explain.stale.several import Several, code_each, evaluator_of, show_each, stale_each

    answer = stale_each(desk.program(main), path)
    show = Showing(evaluator_of(answer))
    text = show_each(answer, show.base)
    members = answer.members if isinstance(answer, Several) else {"": answer}
    return {
        "path": list(path),
        "code": code_each(answer),
        "text": text,
        "members": [{"name": name, **stale_one(show, one)} for name, one in members.items()],
    }


def stale_one(show: Showing, answer: Any) -> dict[str, Any]:
    """The answer about one package or set."""
    from nixlite.explain.stale.data import data
    from nixlite.explain.stale.text import changed, phrases_for, shown_fixes

    found = data(answer, show.base)
    if answer.plain is not None:
        return stale_plain(show, answer, found)
    fixes = [
        {
            **row,
            "at": show.at(fix.place),
            "instead": fix.instead,
            "changes": show.changes(fix.place[0], fix.edits),
        }
        for row, fix in zip(found["fixes"], shown_fixes(answer), strict=True)
    ]
    phrases = phrases_for(answer, show.base)
    given = [
        {
            "name": row["name"],
            "change": changed(phrases, reach),
            "old": row["old"],
            "new": row["new"],
            "reach": row["reach"],
            "by": layer["by"],
            "at": show.at(item.layer.place),
            "behind": [
                {"path": one["path"], "value": one["value"], "expected": one["expected"]}
                for one in row["behind"]
            ],
        }
        for layer, item in zip(found["overrides"], answer.results, strict=True)
        for row, reach in zip(layer["given"], item.reaches, strict=True)
    ]
    verdict = found["verdict"]
    return {
        "headline": verdict["headline"],
        "problems": list(verdict["problems"]),
        "notes": list(verdict["notes"]),
        "given": given,
        "sources": found["sources"],
        "drvPath": found["drvPath"],
        "fixes": fixes,
    }


def stale_plain(show: Showing, answer: Any, found: dict[str, Any]) -> dict[str, Any]:
    """The answer about a set that is no package."""
    from nixlite.explain.stale.plain.text import show as shown

    lines = shown(answer.plain, answer.plain_fix, show.base).strip().split("\n")
    fix = answer.plain_fix
    fixes = []
    if fix is not None:
        at, changes = show.at((fix.file, fix.line, 1)), show.changes(fix.file, fix.edits)
        fixes = [{**found["fix"], "why": "", "at": at, "instead": "", "changes": changes}]
    return {
        "headline": lines[0],
        "problems": [line.strip() for line in lines[1:] if line.strip()],
        "notes": [],
        "given": [],
        "sources": [],
        "drvPath": None,
        "fixes": fixes,
    }


# -- steps, layers


def steps(desk: Desk, main: str, path: Sequence[str], *, strict: bool = True) -> dict[str, Any]:
    """The steps of an evaluation: each thunk as it is made, forced and replaced. Ranges are those of the
    user's own files."""
    from nixlite.explain.recording.program import located
    from nixlite.explain.steps import record

    program = desk.program(main)
    if path:
        program.evaluate = lambda e: located(program.value(e), path, e.recorder.force).cell
    program.entries = tuple(desk.path(name) for name in desk.files)
    trace = record(program, strict=strict, limit=STEPS)
    texts = {name: Source(name, text) for name, text in trace.sources.items()}
    base = folder_of(desk.evaluator.state)
    rows = []
    for one in trace.steps:
        row: dict[str, Any] = {"kind": one.kind, "name": one.name, "by": one.by, "value": one.value}
        rows.append(row | {"depth": one.depth, "at": part(texts[one.source], one.start, one.end, base)})
    return {"steps": rows, "result": trace.result, "leftOut": trace.left_out}


def layers(desk: Desk, main: str, path: Sequence[str]) -> dict[str, Any]:
    """The layers of a set, lowest first: who defines, who changes, and what of which layer that reads."""
    from nixlite.cli.explain.layers import layers_of
    from nixlite.explain.layers import layers as found_layers

    found = desk.program(main).checked()
    show = Showing(found.evaluator)
    attrs, only = layers_of(found, list(path))
    stack = found_layers(found, attrs, only, LAYER)
    return {
        "path": list(path),
        "layers": [
            {
                "number": layer.number,
                "what": layer.what,
                "at": show.at(layer.place),
                "entries": [
                    {
                        "name": entry.name,
                        "verb": entry.verb,
                        "value": entry.value,
                        "at": show.at(entry.place),
                        "reads": [edge._asdict() for edge in entry.reads],
                    }
                    for entry in layer.entries
                ],
            }
            for layer in stack
        ],
    }


# -- differences


def difference(desk: Desk, main: str, first: str, second: str) -> dict[str, Any]:
    """How two values differ. Each is an attribute path of the file's value, or an expression in which the
    file is `value`. Raises NixError."""
    from nixlite.explain.diff.report import compare, render

    desk.evaluate(main)
    evaluator = desk.evaluator
    sides = [side(desk, text) for text in (first, second)]
    report = evaluator.guard(lambda pair: compare(pair[0], pair[1], evaluator.state), sides)
    text = evaluator.guard(lambda _: render(report, evaluator.state), None)
    return {"same": report.same, "text": text or "There is no difference.", "first": first, "second": second}


def side(desk: Desk, text: str) -> Any:
    """One of two values to compare."""
    from nixlite.explain.recording.program import located
    from nixlite.runtime.thunk import force

    evaluator = desk.evaluator
    if not text.strip():
        return desk.root
    try:
        path = parse_attr_path(text.strip()) if is_path(text) else None
    except NixError:
        path = None
    if path is not None:
        return located(desk.root, path, lambda at: evaluator.guard(force, at)).cell
    source = Source(f"«{text.strip()[:30]}»", text, base=desk.settings.cwd)
    return evaluator.evaluate_source(source, {"value": desk.root})


def is_path(text: str) -> bool:
    """Whether a text is an attribute path and no expression of another kind."""
    return all(letter.isalnum() or letter in "._'-\"+" for letter in text.strip())
