"""`:doc`: what is written about a value.

Builtins have their docstrings, functions the doc comment (`/** … */`) before them or their binding, other
attributes the comment before their definition. A functor is asked by giving it itself.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from nixlite.errors import Frame, NixError
from nixlite.runtime.call import call
from nixlite.runtime.thunk import force
from nixlite.runtime.values import PrimOp, lambda_info
from nixlite.source import Position
from nixlite.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.repl.session import Session
    from nixlite.runtime.values import Value
    from nixlite.source import Source

COMMENT_MARK = "   "
"""Stands for the `/**` that was taken away, so that the first line is indented like the others."""

Place = tuple[str, int, int]


def document(session: Session, text: str) -> str:
    """The documentation of the value of *text*; raises NixError when there is none."""
    place = attribute_place(session, text)
    value = session.evaluate(text)
    raw = session.evaluator.host.get_env("_NIX_TEST_RAW_MARKDOWN") == "1"
    markdown = session.evaluator.guard(lambda asked: of_value(session, asked), value)
    if markdown is None and place is not None:
        name, where = place
        comment = comment_at(session, where)
        shown = "No documentation found." if comment is None else strip_indentation(COMMENT_MARK + comment)
        markdown = f"Attribute `{name}`\n\n  … defined at {show_place(where)}\n\n{shown}"
    if markdown is None:
        raise NixError("value does not have documentation")
    return (markdown if raw else plain(markdown)).strip(" \n\r\t")


def show_place(place: Place) -> str:
    """`file:line:column`."""
    return str(Position(*place))


def of_value(session: Session, value: Value) -> str | None:
    """The documentation that the value itself carries, as Markdown."""
    kind = type(value)
    if kind is PrimOp:
        return of_builtin(value)  # type: ignore[arg-type]
    if kind is FunctionType:
        return of_lambda(value)  # type: ignore[arg-type]
    if kind is dict and "__functor" in value:  # type: ignore[operator]
        return of_functor(session, value)  # type: ignore[arg-type]
    return None


def of_functor(session: Session, functor: dict[str, Any]) -> str | None:
    """The documentation of the function that a functor is when it has been given itself."""
    try:
        return of_value(session, call(functor["__functor"], functor))
    except NixError as error:
        trace = session.evaluator.explain(error).trace or []
        error.trace = [Frame("while partially calling '__functor' to retrieve documentation"), *trace]
        raise


def of_builtin(primop: PrimOp) -> str | None:
    """Synopsis and docstring of a builtin."""
    if not primop.doc:
        return None
    synopsis = ""
    if primop.arguments:
        arguments = " ".join(f"*{name}*" for name in primop.arguments)
        synopsis = f"**Synopsis:** `builtins.{primop.name}` {arguments}\n\n"
    return synopsis + strip_indentation(primop.doc)


def of_lambda(function: FunctionType) -> str:
    """Name, place and doc comment of a function."""
    info = lambda_info(function)
    where = f"defined at {show_place(info.position)}"
    head = f"Function `{info.name}`\\\n  … {where}" if info.name else f"Function {where}"
    if not info.doc:
        return strip_indentation(head)
    return strip_indentation(f"{head}\n\n{strip_indentation(COMMENT_MARK + info.doc)}")


def strip_indentation(text: str) -> str:
    """*text* without the indentation that all its lines with text share; every line gets an end."""
    margins = [len(line) - len(line.lstrip(" ")) for line in text.split("\n") if line.strip(" ")]
    margin = min(margins, default=len(text))
    return "".join(f"{line[margin:]}\n" for line in text.removesuffix("\n").split("\n"))


def plain(markdown: str) -> str:
    """Markdown as plain text: the marks of emphasis and code gone, fenced code indented."""
    import re

    lines = []
    fenced = False
    for line in markdown.split("\n"):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced:
            lines.append(f"    {line}")
        else:
            line = re.sub(r"\*\*(.+?)\*\*|(?<![\w*])\*(?! )(.+?)\*(?!\w)", r"\1\2", line)
            lines.append(re.sub(r"`([^`]+)`", r"\1", line).removesuffix("\\"))
    return "\n".join(lines)


# -- attributes


def attribute_place(session: Session, text: str) -> tuple[str, Place] | None:
    """For a selection `s.a.b` the name of the last attribute and where it is defined, if that is known.

    None also for whatever goes wrong: evaluating the whole then tells it better.
    """
    source = session.source(text)
    try:
        tree = session.evaluator.parse(source)
        if not isinstance(tree, nodes.Select) or tree.default is not None:
            return None
        value: Any = session.evaluate(source.text[tree.subject.start : tree.subject.end])
        names = [attribute_text(session, source, name) for name in tree.path]
        for name in names[:-1]:
            value = force(value[name])
        cell = value[names[-1]]
    except (NixError, LookupError, TypeError):
        return None
    if type(cell) is list and len(cell) > 2 and cell[2] is not None:
        return names[-1], cell[2]
    return None


def attribute_text(session: Session, source: Source, name: nodes.AttrName) -> str:
    """The text of one part of an attribute path."""
    if isinstance(name, str):
        return name
    value = session.evaluate(source.text[name.start : name.end])
    if type(value) is not str:
        raise TypeError
    return value


def comment_at(session: Session, place: Place) -> str | None:
    """The doc comment of the binding at *place*, found by parsing the file again."""
    file, line, column = place
    source = session.evaluator.sources.get(file)
    if source is None:
        return None
    for binding in bindings_of(session.evaluator.parse(source)):
        if source.line_column(binding.pos) == (line, column):
            return binding.doc
    return None


def bindings_of(tree: nodes.Expr) -> Iterator[nodes.Binding]:
    """All bindings in a tree."""
    pending: list[object] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, nodes.Binding):
            yield node
        if isinstance(node, (tuple, list)):
            pending += node
        elif isinstance(node, dict):
            pending += node.values()
        else:
            for kind in type(node).__mro__:
                pending += [getattr(node, slot) for slot in getattr(kind, "__slots__", ())]
