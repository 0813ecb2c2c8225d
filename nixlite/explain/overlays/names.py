"""An overlay whose names depend on the finished set: it cannot be known which names that has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.explain.brief import brief, forcing, one_line
from nixlite.explain.overlays.stack import Finding, Question
from nixlite.explain.trials import Advice, Change, attempt
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.errors import NixError
    from nixlite.explain.recording.places import Index


def names_depend(question: Question, error: NixError) -> Finding | None:
    """An overlay that asks the finished set before it is known which names it has itself: the one around the
    error's position, or else the person's own that do so."""
    overlays: list[tuple[Index, Overlay]] = []
    if error.position is not None:
        index = question.found.places.index(error.position.file)
        if index is not None:
            at = index.source.line_starts()[error.position.line - 1] + error.position.column - 1
            overlays += [(index, overlay) for overlay in overlays_in(index, at)[-1:]]
    if not any(asking(overlay) for _, overlay in overlays):
        names = [name for name in question.found.evaluator.sources if question.is_own((name, 1, 1))]
        indexes = [index for name in names if (index := question.found.places.index(name)) is not None]
        overlays = [(index, overlay) for index in indexes for overlay in overlays_in(index)]
    found = [names_of(question, index, overlay) for index, overlay in overlays if asking(overlay)]
    return next((finding for finding in found if finding.advice[0].proved), next(iter(found), None))


Overlay = tuple[str, str, n.Expr]
"""What an overlay calls the finished set, and the one before; its body."""


def asking(overlay: Overlay) -> list[n.Expr]:
    """Where an overlay's names depend on the finished set."""
    return [node for node in head(overlay[2]) if type(node) is n.Var and node.name == overlay[0]]


def names_of(question: Question, index: Index, overlay: Overlay) -> Finding:
    """What is to be said of an overlay whose names depend on the finished set."""
    final, previous, body = overlay
    source = index.source
    heads = asking(overlay)
    where = question.place((source.name, *source.line_column(heads[0].start)))
    text = one_line(source.text[body.start : body.end], 76)
    what = f"which names the overlay at {where} has depends on `{final}`, the finished set"
    line = f"Infinite recursion: {what}, and which names that has depends on the overlay: `{text}`."
    verdict = [line]
    changes = [Change(source.name, node.start, node.end, previous) for node in heads]
    result = attempt(question.program, question.found, changes, question.path)
    say = f"decide by `{previous}`, or inside of each attribute: the names must be known without `{final}`"
    if not result.ok:
        return Finding(verdict, [Advice(say, "", (source.name, *source.line_column(heads[0].start)), "")])
    code = source.text[body.start : body.end]
    for node in sorted(heads, key=lambda node: node.start, reverse=True):
        code = code[: node.start - body.start] + previous + code[node.end - body.start :]
    told = f"{question.name} is then {brief(result.value, 1, forcing(result.found))}"
    place = (source.name, *source.line_column(heads[0].start))
    shown = f"{final}: {previous}: {' '.join(code.split())}"
    return Finding(verdict, [Advice(say, shown, place, told, changes)])


def overlays_in(index: Index, offset: int = -1) -> list[Overlay]:
    """The overlays of a source: those around an offset, the innermost last, or all."""
    found: list[Overlay] = []
    for node in walk(index.tree):
        if type(node) is not n.Lambda or type(node.body) is not n.Lambda:
            continue
        inner = node.body
        around = offset < 0 or node.start <= offset < node.end
        if (
            around
            and node.argument is not None
            and inner.argument is not None
            and type(inner.body) is not n.Lambda
        ):
            found.append((node.argument, inner.argument, inner.body))
    return found


def head(body: n.Expr) -> Iterator[n.Expr]:
    """The expressions that decide which names a set has: not the values of its attributes."""
    todo: list[Any] = [body]
    while todo:
        node = todo.pop()
        yield node
        if type(node) is n.AttrSet:
            todo += [item.name for item in node.dynamic]
            name, value = node.bindings.get("name"), node.bindings.get("value")
            if name is not None and value is not None and name.value is not None:
                todo.append(name.value)  # an item for `listToAttrs`
        elif type(node) is n.ListLiteral:
            todo += node.items
        elif type(node) is n.If:
            todo += [node.condition, node.then, node.otherwise]
        elif type(node) is n.Binary:
            todo += [node.left, node.right]
        elif type(node) is n.Call:
            todo += [node.function, *node.arguments]
        elif type(node) is n.Select:
            todo.append(node.subject)
        elif type(node) in (n.Let, n.With, n.Assert):
            todo.append(node.body)
            if type(node) is n.Let:
                todo += [item.value for item in node.attrs.bindings.values() if item.value is not None]
            else:
                todo.append(node.scope if type(node) is n.With else node.condition)
        elif type(node) is n.HasAttr:
            todo.append(node.subject)
        elif type(node) is n.Not:
            todo += [child for child in walk(node) if child is not node]
