"""Where values come from: `:pos`, `:src`, and the text of a definition.

A value itself has no place, but the attributes of set literals and the functions in them do. The text of a
definition is found by parsing its file again.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.runtime.call import call
from nixlite.runtime.thunk import force
from nixlite.runtime.values import PrimOp, PrimOpApp, lambda_info
from nixlite.source import Position, Source
from nixlite.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.repl.conversation import Conversation
    from nixlite.runtime.values import Lazy

Place = tuple[str, int, int]


class Found(NamedTuple):
    """A place of a definition: *what* it is in words, and where."""

    what: str
    place: Place

    def __str__(self) -> str:
        return f"{self.what} {Position(*self.place)}"


def show_positions(conversation: Conversation, text: str) -> str:
    """Where the attribute or variable that *text* names is defined, and the function that is its value."""
    return "\n".join(str(found) for found in places(conversation, text))


def show_source(conversation: Conversation, text: str) -> str:
    """The same, each with its text; a function that lies within the definition is not shown twice."""
    parts = []
    shown: list[tuple[str, int, int]] = []  # file, first offset, last offset
    for found in places(conversation, text):
        file, line, column = found.place
        source = source_of(conversation, file)
        span = None if source is None else definition_span(conversation, source, line, column)
        if source is None or span is None:
            parts.append(f"{found}\n(its text is not at hand)")
            continue
        if any(file == known and start <= span[0] and span[1] <= end for known, start, end in shown):
            continue
        shown.append((file, *span))
        parts.append(f"{found}\n{numbered(source, *span)}")
    return "\n\n".join(parts)


def places(conversation: Conversation, text: str) -> list[Found]:
    """All places that are known of what *text* stands for; raises NixError when there are none."""
    found = []
    named = named_cell(conversation, text)
    if named is not None:
        cell = named[1]
        if type(cell) is list and len(cell) > 2 and cell[2] is not None:
            found.append(Found(f"{named[0]} is defined at", cell[2]))
    value: Any = conversation.evaluate(text)
    if type(value) is dict and "__functor" in value:
        value = conversation.evaluator.guard(lambda functor: call(functor["__functor"], functor), value)
        what = "its function is at"
    else:
        what = "the function is at"
    if type(value) is FunctionType:
        found.append(Found(what, lambda_info(value).position))
    elif type(value) is dict and not found:
        found += attribute_places(value)
    if found:
        return found
    if type(value) in (PrimOp, PrimOpApp):
        primop = value if type(value) is PrimOp else value.primop
        raise NixError(f"'{primop.name}' is built in; see :doc builtins.{primop.name}")
    raise NixError("it is not known where this value comes from")


def attribute_places(attrs: dict[str, Lazy]) -> list[Found]:
    """The place of the first attribute of a set, by which the set is found."""
    known = [
        (cell[2], name)
        for name, cell in attrs.items()
        if type(cell) is list and len(cell) > 2 and cell[2] is not None
    ]
    if not known:
        return []
    place, name = min(known)
    return [Found(f"a set; its attribute {name} is defined at", place)]


def named_cell(conversation: Conversation, text: str, *, variables: bool = True) -> tuple[str, Lazy] | None:
    """For a selection `s.a.b` the last name and what it is bound to, not evaluated.

    With *variables* also for a variable.

    None also for whatever goes wrong: evaluating the whole then tells it better.
    """
    source = conversation.source(text)
    try:
        tree = conversation.evaluator.parse(source)
        if isinstance(tree, nodes.Var) and variables:
            return tree.name, conversation.variable(tree.name)
        if not isinstance(tree, nodes.Select) or tree.default is not None:
            return None
        value: Any = conversation.evaluate(source.text[tree.subject.start : tree.subject.end])
        names = [attribute_text(conversation, source, name) for name in tree.path]
        for name in names[:-1]:
            value = force(value[name])
        return names[-1], value[names[-1]]
    except (NixError, LookupError, TypeError):
        return None


def attribute_text(conversation: Conversation, source: Source, name: nodes.AttrName) -> str:
    """The text of one part of an attribute path."""
    if isinstance(name, str):
        return name
    value = conversation.evaluate(source.text[name.start : name.end])
    if type(value) is not str:
        raise TypeError
    return value


# -- definitions in the text


def source_of(conversation: Conversation, file: str) -> Source | None:
    """The text that was evaluated under this name; a file whose compiled form was used is read again."""
    source = conversation.evaluator.sources.get(file)
    if source is None and file.startswith("/"):
        try:
            source = conversation.evaluator.read_source(file)
        except NixError:
            return None
    return source


def tree_of(conversation: Conversation, source: Source) -> nodes.Expr | None:
    """The tree of a source: a program, or bindings that were typed."""
    for parse in (conversation.evaluator.parse, conversation.evaluator.parse_bindings):
        for text in (source.text, f"{source.text}\n;"):
            try:
                return parse(Source(source.name, text, base=source.base, path=source.path))
            except NixError:
                continue
            finally:
                conversation.evaluator.sources[source.name] = source
    return None


def definition_span(
    conversation: Conversation, source: Source, line: int, column: int
) -> tuple[int, int] | None:
    """Offsets of the binding, formal or function at a position."""
    tree = tree_of(conversation, source)
    if tree is None:
        return None
    function = None
    for node, _ in walk(tree):
        if isinstance(node, nodes.Binding) and source.line_column(node.pos) == (line, column):
            return node.pos, binding_end(source, node)
        if isinstance(node, nodes.Lambda) and source.line_column(node.pos) == (line, column):
            function = node.start, node.end
    return function


def binding_end(source: Source, binding: nodes.Binding) -> int:
    """Where a binding's text ends, its semicolon included."""
    end = binding.pos if binding.value is None else max(binding.value.end, binding.pos)
    semicolon = source.text.find(";", end)
    if semicolon >= 0 and (binding.value is None or not source.text[end:semicolon].strip()):
        return semicolon + 1
    return end


def numbered(source: Source, start: int, end: int) -> str:
    """The lines from one offset to another, with their numbers."""
    first, last = source.line_column(start)[0], source.line_column(max(start, end - 1))[0]
    lines = source.lines()
    return "\n".join(f"{number:6}| {lines[number - 1]}".rstrip() for number in range(first, last + 1))


Chain = tuple[object, "Chain | None"]  # a node and, in the same form, what it lies in


def walk(tree: nodes.Expr) -> Iterator[Chain]:
    """All nodes of a tree, bindings and formals too, each with those around it."""
    pending: list[Chain] = [(tree, None)]
    while pending:
        chain = pending.pop()
        node, around = chain
        if isinstance(node, (tuple, list)):
            pending += [(child, around) for child in node]
        elif isinstance(node, dict):
            pending += [(child, around) for child in node.values()]
        elif isinstance(node, (nodes.Expr, nodes.Binding, nodes.DynamicBinding, nodes.Formal, nodes.Formals)):
            yield chain
            for kind in type(node).__mro__:
                pending += [(getattr(node, slot), chain) for slot in getattr(kind, "__slots__", ())]
