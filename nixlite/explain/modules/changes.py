"""Rewriting a definition of a module: another priority, another value, and `lib` where that is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.explain.modules.options import DEFAULT, FORCE, OPTION_DEFAULT, PLAIN
from nixlite.explain.recording.places import callee_name
from nixlite.explain.trials import Change
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from nixlite.explain.modules.written import Writing
    from nixlite.explain.recording.places import Parent
    from nixlite.source import Source

PRIORITIES = frozenset(
    {"mkForce", "mkDefault", "mkOverride", "mkVMOverride", "mkImageMediaOverride", "mkOptionDefault"}
)
AROUND = frozenset({"mkIf", "mkBefore", "mkAfter", "mkOrder"})
"""Functions whose last argument is the definition that they qualify."""

ATOMS = (n.Str, n.Int, n.AttrSet, n.ListLiteral, n.Var, n.Select)

CALLS = {FORCE: "mkForce", DEFAULT: "mkDefault", OPTION_DEFAULT: "mkOptionDefault"}


def call_of(priority: int) -> str:
    """The function, with its first argument, that gives a priority: `mkForce`, `mkOverride 49`."""
    return CALLS.get(priority, f"mkOverride {priority}")


def priority_call(value: n.Expr) -> n.Call | None:
    """The call that gives a definition its priority, if that is written there."""
    at: Any = value
    while type(at) is n.Call:
        name = callee_name(at)
        if name in PRIORITIES:
            return at
        if name not in AROUND:
            return None
        at = at.arguments[-1]
    return None


def with_priority(written: Writing, priority: int, content: str | None = None) -> tuple[str, list[Change]]:
    """(the definition's value with another priority, the changes to the source); *content*: with another
    value as well."""
    definition, value = written.definition, written.value
    assert definition is not None
    assert value is not None
    source = definition.source
    if written.rest:  # `a.b = e`, and the priority is that of all of `a`
        return path_with_priority(written, priority, content)
    call = priority_call(value)
    inner: n.Expr = call.arguments[-1] if call is not None else value
    text = content if content is not None else source.text[inner.start : inner.end]
    replaced = call if call is not None else inner
    if priority == PLAIN:
        new = text
        more: list[Change] = []
    else:
        function, more = library_function(definition.parents, source, call, call_of(priority))
        if content is None and call is None and type(inner) not in ATOMS and not text.startswith("("):
            text = f"({text})"
        new = f"{function} {text}"
    line = source.text[value.start : replaced.start] + new + source.text[replaced.end : value.end]
    return line, [Change(source.name, replaced.start, replaced.end, new), *more]


def path_with_priority(written: Writing, priority: int, content: str | None) -> tuple[str, list[Change]]:
    """As `with_priority`, where the path goes on below the option: `a = mkForce { b = e; };`."""
    definition, value = written.definition, written.value
    assert definition is not None
    assert value is not None
    source = definition.source
    rest = ".".join(map(attribute_name, written.rest))
    text = content if content is not None else f"{{ {rest} = {written.source_of(value)}; }}"
    more: list[Change] = []
    if priority != PLAIN:
        function, more = library_function(definition.parents, source, None, call_of(priority))
        text = f"{function} {text}"
    return text, [Change(source.name, written.start, value.end, f"{written.path} = {text}"), *more]


def library_function(
    parents: Parent | None, source: Source, call: n.Call | None, name: str
) -> tuple[str, list[Change]]:
    """(how a function of `lib` is called at a place, the changes that bring `lib` into scope)."""
    if call is not None and type(call.function) is n.Select:
        subject = call.function.subject
        return f"{source.text[subject.start : subject.end]}.{name}", []
    module: n.AttrSet | None = None
    left = False  # whether something else was met around the module's own sets
    at = parents
    while at is not None:
        node = at.node
        if type(node) is n.Lambda:
            known = library_of(node, last=at.up is None)
            if known:
                return f"{known}.{name}", []
            if node.formals is not None and node.argument is None:
                brace = source.text.find("{", node.start) + 1
                return f"lib.{name}", [Change(source.name, brace, brace, " lib,")]
        elif type(node) is n.Let and "lib" in node.attrs.bindings:
            return f"lib.{name}", []
        if type(node) is n.AttrSet and not left:
            module = node
        elif module is not None:
            left = True
        at = at.up
    if module is None:
        return f"lib.{name}", []
    before, after = ("({ lib, ... }: ", ")") if left else ("{ lib, ... }: ", "")
    return f"lib.{name}", [
        Change(source.name, module.start, module.start, before),
        Change(source.name, module.end, module.end, after),
    ]


def library_of(function: n.Lambda, *, last: bool) -> str:
    """How a function's body can say `lib`, "" if it cannot; *last*: it is the module itself."""
    names = [item.name for item in function.formals.items] if function.formals is not None else []
    if "lib" in (*names, function.argument):
        return "lib"
    return f"{function.argument}.lib" if last and function.argument is not None else ""
