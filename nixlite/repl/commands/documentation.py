"""`:doc`: what is written about a value.

Builtins have their docstrings and what the manual of builtins adds, functions the doc comment (`/** … */`)
before them or their binding, packages their `meta`, other attributes the comment before their definition. A
functor is asked by giving it itself.
"""

from __future__ import annotations

from types import FunctionType

from nixlite.builtins.index import BUILTINS
from nixlite.builtins.manual import entry
from nixlite.errors import Frame, NixError
from nixlite.repl.commands.describing import of_package
from nixlite.repl.commands.finding import named_cell, source_of, tree_of, walk
from nixlite.repl.commands.rendering import rendered
from nixlite.runtime.call import call
from nixlite.runtime.values import PrimOp, PrimOpApp, lambda_info, linked
from nixlite.source import Position
from nixlite.syntax import nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.repl.commands.finding import Chain
    from nixlite.repl.conversation import Conversation
    from nixlite.runtime.values import Value
    from nixlite.source import Source

COMMENT_MARK = "   "
"""Stands for the `/**` that was taken away, so that the first line is indented like the others."""

NOTHING = "No documentation found."

Place = tuple[str, int, int]


def document(conversation: Conversation, text: str) -> str:
    """The documentation of the value of *text*; raises NixError when there is none."""
    if not conversation.style.compat and text in BUILTINS and conversation.variable(text) is None:
        text = f"builtins.{text}"  # `:doc sort`
    place = attribute_place(conversation, text)
    value = conversation.evaluate(text)
    raw = conversation.evaluator.host.get_env("_NIX_TEST_RAW_MARKDOWN") == "1"
    own = not conversation.style.compat
    markdown: str | None = conversation.evaluator.guard(lambda asked: of_value(conversation, asked), value)
    if markdown is None and own:
        markdown = of_constant(conversation, text) or of_package(conversation, value)
    if markdown is None and place is not None:
        name, where = place
        comment = comment_at(conversation, where)
        shown = NOTHING if comment is None else strip_indentation(COMMENT_MARK + comment)
        markdown = f"Attribute `{name}`\n\n  … defined at {show_place(where)}\n\n{shown}"
    if markdown is None:
        raise NixError("value does not have documentation")
    if raw:
        return markdown.strip(" \n\r\t")
    if not own:
        from nixlite.repl.commands.markdown import render  # only here

        return render(markdown)
    layout = conversation.style.layout
    return rendered(markdown, layout.width, colour=layout.colour)


def show_place(place: Place) -> str:
    """`file:line:column`."""
    return str(Position(*place))


def of_value(conversation: Conversation, value: Value) -> str | None:
    """The documentation that the value itself carries, as Markdown."""
    if type(value) is PrimOp:
        return of_builtin(conversation, value)
    if type(value) is PrimOpApp and not conversation.style.compat:
        return of_partial(conversation, value)
    if type(value) is FunctionType:
        return of_lambda(conversation, value)
    if type(value) is dict and "__functor" in value:
        return of_functor(conversation, value)
    return None


def of_functor(conversation: Conversation, functor: dict[str, Any]) -> str | None:
    """The documentation of the function that a functor is when it has been given itself."""
    try:
        return of_value(conversation, call(functor["__functor"], functor))
    except NixError as error:
        trace = conversation.evaluator.explain(error).trace or []
        error.trace = [Frame("while partially calling '__functor' to retrieve documentation"), *trace]
        raise


def of_builtin(conversation: Conversation, primop: PrimOp) -> str | None:
    """Synopsis and docstring of a builtin, in nixlite's own style all that is said of it."""
    if not linked(primop).doc:
        return None
    synopsis = ""
    if primop.arguments:
        arguments = " ".join(f"*{name}*" for name in primop.arguments)
        synopsis = f"**Synopsis:** `builtins.{primop.name}` {arguments}\n\n"
    text = synopsis + strip_indentation(primop.doc)
    found = None if conversation.style.compat else entry(primop.name)
    return f"{text}\n{found.markdown()}\n" if found is not None else text


def of_constant(conversation: Conversation, text: str) -> str | None:
    """What is said of a builtin that is no function, by the name it is called by: `builtins.nixVersion`."""
    name = text.strip().removeprefix("builtins.")
    found = entry(name)
    if found is None or (name == text.strip() and name in conversation.scope):
        return None
    return f"`{text.strip()}`\n\n{found.markdown()}\n"


def of_partial(conversation: Conversation, value: PrimOpApp) -> str | None:
    """The documentation of a builtin that has got some of its arguments."""
    text = of_builtin(conversation, value.primop)
    given, arity = len(value.arguments), value.primop.arity
    return None if text is None else f"{text}\n({given} of its {arity} arguments given)\n"


def of_lambda(conversation: Conversation, function: FunctionType) -> str:
    """Name, place and doc comment of a function; in nixlite's own style, of its definition."""
    info = lambda_info(function)
    if not info.doc and not conversation.style.compat:
        info.doc = comment_of_function(conversation, info.position)
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


# -- definitions


def attribute_place(conversation: Conversation, text: str) -> tuple[str, Place] | None:
    """For a selection `s.a.b` the name of the last attribute and where it is defined, if that is known."""
    named = named_cell(conversation, text, variables=not conversation.style.compat)
    if named is None:
        return None
    name, cell = named
    if type(cell) is list and len(cell) > 2 and cell[2] is not None:
        return name, cell[2]
    return None


def comment_at(conversation: Conversation, place: Place) -> str | None:
    """The doc comment of the binding at *place*, found by parsing the file again.

    In nixlite's own style any comment just before it.
    """
    file, line, column = place
    source = source_of(conversation, file)
    tree = None if source is None else tree_of(conversation, source)
    if source is None or tree is None:
        return None
    for node, _ in walk(tree):
        if isinstance(node, nodes.Binding) and source.line_column(node.pos) == (line, column):
            if node.doc or conversation.style.compat:
                return node.doc
            return comment_before(source.text, node.pos)
    return None


def comment_of_function(conversation: Conversation, place: Place) -> str | None:
    """What is written before a function, or before the binding that it is the value of.

    Between the two there may be other arguments of the function (`a: b: …`), and `let`, `with`, `assert`.
    """
    file, line, column = place
    source = source_of(conversation, file)
    tree = None if source is None else tree_of(conversation, source)
    if source is None or tree is None:
        return None
    for chain in walk(tree):
        node: object = chain[0]
        if isinstance(node, nodes.Lambda) and source.line_column(node.pos) == (line, column):
            return comment_along(source, chain)
    return None


def comment_along(source: Source, chain: Chain) -> str | None:
    """The first comment on the way from a function outwards, as far as it is still the same definition."""
    at: Chain | None = chain
    inner: object = None
    while at is not None:
        node, at_outer = at
        if isinstance(node, nodes.Binding):
            return node.doc or comment_before(source.text, node.pos)
        if isinstance(node, nodes.Lambda):
            comment = node.doc or comment_before(source.text, node.start)
            if comment:
                return comment
        elif not isinstance(node, (nodes.Let, nodes.With, nodes.Assert)) or node.body is not inner:
            return None
        inner, at = node, at_outer
    return None


def comment_before(text: str, offset: int) -> str | None:
    """The text of the comment that ends on the line of *offset* or on the one above."""
    before = text[:offset].rstrip(" \t(")
    gap = len(before) - len(before.rstrip())
    if before[len(before) - gap :].count("\n") > 1:
        return None
    before = before.rstrip()
    if before.endswith("*/"):
        start = before.rfind("/*")
        return before[start + 2 : -2].removeprefix("*") if start >= 0 else None
    lines: list[str] = []
    for line in reversed(before.split("\n")):
        if not line.lstrip().startswith("#"):
            break
        lines.insert(0, line.lstrip().lstrip("#"))
    return "\n".join(lines) or None
