"""While one types: what is wrong with a file, what may stand at the cursor, what stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.errors import NixError, UndefinedVariable
from nixlite.explain.brief import folder_of
from nixlite.playground.bridge.problems import problem
from nixlite.playground.bridge.texts import characters, part, place_spot, units
from nixlite.repl.conversation import Conversation
from nixlite.repl.terminal.completion import complete_or_fail
from nixlite.repl.terminal.context import Context
from nixlite.repl.terminal.inspecting import describe
from nixlite.runtime.thunk import attribute_position, peek
from nixlite.runtime.values import MISSING, PrimOp, PrimOpApp
from nixlite.source import Source
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes

if TYPE_CHECKING:
    from nixlite.playground.bridge.desk import Desk

MOST = 100
"""Completions that are sent."""

WIDTH = 72
"""Columns of it, where lines end."""

DOCUMENT = 1200
"""Characters that are sent of a documentation."""


def check(desk: Desk, name: str) -> list[dict[str, Any]]:
    """What is wrong with a file, without evaluating it: that it is no Nix, names that nobody binds, and what
    `nixlite lint` finds."""
    from nixlite.explain.lint.linting import lint

    evaluator = desk.make_evaluator()
    path, text = desk.path(name), desk.files[name]
    source = evaluator.sources[path] = Source(path, text, base=path.rpartition("/")[0], path=path)
    try:
        found = evaluator.guard(lambda _: lint(evaluator, source), None)
    except NixError as error:
        told = problem(error, evaluator)
        return [{"severity": "error", "message": told["message"], "hint": told["hint"], "at": told["at"]}]
    base = folder_of(evaluator.state)
    remarks = []
    for finding in found:
        line, column = source.line_column(finding.offset)
        remarks.append(
            {
                "severity": "warning",
                "message": finding.message,
                "hint": f"better: {finding.suggestion}" if finding.suggestion else "",
                "at": place_spot((path, line, column), evaluator.sources, base),
                "rule": finding.rule,
            }
        )
    return remarks


def talk_about(desk: Desk, name: str) -> Conversation:
    """A conversation in the folder of a file, in which nothing is bound."""
    evaluator = desk.make_evaluator()
    evaluator.settings.cwd = desk.path(name).rpartition("/")[0]
    return Conversation(evaluator)


def complete(desk: Desk, name: str, offset: int) -> dict[str, Any]:
    """What may stand at a UTF-16 offset of a file: `start`, from where it takes the place of what is there,
    and `options` with the text, a note and what kind that is."""
    before = desk.files[name][: characters(desk.files[name], offset)]
    found, problem_text = complete_or_fail(talk_about(desk, name), before)
    found.sort(key=lambda one: one.text.startswith("_"))  # what is internal comes last
    length = found[0].length if found else 0
    return {
        "start": offset - units(before[len(before) - length :]) if length else offset,
        "options": [{"text": one.text, "note": one.note} for one in found[:MOST] if one.length == length],
        "problem": problem_text,
    }


def hover(desk: Desk, name: str, offset: int) -> dict[str, Any] | None:
    """What stands at a UTF-16 offset: the range, its text, its type and value, its documentation, and where
    it is written; None where nothing is known of it. What it takes to know that is evaluated."""
    conversation = talk_about(desk, name)
    evaluator = conversation.evaluator
    text, at = desk.files[name], characters(desk.files[name], offset)
    path = desk.path(name)
    source = evaluator.sources[path] = Source(path, text, base=evaluator.settings.cwd, path=path)
    try:
        found = variable_at(evaluator.parse(source), at)
    except NixError:
        return None
    if found is None:
        return None
    end = end_of_step(text, found, at)
    made: dict[str, Any] = {
        **part(source, found.start, end, folder_of(evaluator.state)),
        "name": text[found.start : end],
    }
    try:
        told = told_of(conversation, f"{Context(text[: found.start]).wrapping}{text[found.start : end]}")
    except UndefinedVariable:
        return None  # that is underlined already
    except NixError as error:
        told = {"value": f"error: {error.message.partition(chr(10))[0]}"}
    return None if told is None else made | told


def variable_at(tree: nodes.Expr, at: int) -> nodes.Expr | None:
    """The smallest variable or selection at an offset; a selection counts as a whole."""
    from nixlite.syntax.tree import walk

    best: nodes.Expr | None = None
    for node in walk(tree):
        if type(node) not in (nodes.Var, nodes.Select) or not node.start <= at <= node.end:
            continue
        if type(best) is nodes.Select and best.subject is node:
            continue
        if best is None or node.end - node.start <= best.end - best.start:
            best = node
    return best


def end_of_step(text: str, node: nodes.Expr, at: int) -> int:
    """Where the step of a selection ends that an offset is in: of `a.b.c` at `b` the end of `a.b`."""
    if type(node) is not nodes.Select or not all(isinstance(name, str) for name in node.path):
        return node.end
    end = node.subject.end
    for name in node.path:
        if at <= end:
            break
        found = text.find(attribute_name(str(name)), end, node.end)
        if found < 0:
            return node.end
        end = found + len(attribute_name(str(name)))
    return min(end, node.end)


def told_of(conversation: Conversation, text: str) -> dict[str, Any] | None:
    """`value`, `doc` and `at` of an expression; None where it depends on what is not known here: a function's
    argument."""
    from nixlite.repl.terminal.context import UNKNOWN

    evaluator = conversation.evaluator
    source = Source("«hover»", text, base=evaluator.settings.cwd)
    try:
        value = evaluator.evaluate_source(source)
    except NixError as error:
        if error.message == UNKNOWN:
            return {"value": "an argument: its value is the caller's", "doc": "", "at": None}
        raise
    place = None if peek(value) is MISSING else attribute_position(value)
    return {
        "value": describe(value),
        "doc": documentation(conversation, value),
        "at": place_spot(place, evaluator.sources, folder_of(evaluator.state)) if place else None,
    }


def documentation(conversation: Conversation, value: Any) -> str:
    """What is written about a function or builtin, as plain text."""
    from nixlite.repl.commands.documentation import of_value
    from nixlite.repl.commands.rendering import rendered

    if not callable(value) and type(value) not in (PrimOp, PrimOpApp):
        return ""
    try:
        found = of_value(conversation, value)
    except NixError:
        return ""
    text = rendered(found or "", WIDTH).strip()
    return text if len(text) <= DOCUMENT else f"{text[:DOCUMENT]}…"
