"""Functions whose calls are written down: those of a module system that see every definition of an option.

`mergeDefinitions loc type defs` of `lib/modules.nix` is given all definitions, before any is dropped, and
`evalOptionValue loc opt defs` the option's declaration. Their bodies `e` become
`__watchCall "mergeDefinitions" loc type defs e`, which keeps the arguments as they are and is `e` otherwise.
Both have been there, with these arguments, in every nixpkgs since 2013.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.explain.recording.notes import CallRecord
from nixlite.runtime.values import PrimOp
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from nixlite.explain.recording.recorder import Recorder
    from nixlite.source import Source

BUILTIN = "watchCall"

WATCHED = {"mergeDefinitions": 3, "evalOptionValue": 3}
"""The functions, with the number of their arguments."""


def watch(tree: n.Expr, source: Source) -> n.Expr:
    """The tree with its watched functions changed, in place."""
    if not has_watched(source):
        return tree
    for node in walk(tree):
        if type(node) is n.AttrSet:
            for name, binding in node.bindings.items():
                if name in WATCHED and type(binding.value) is n.Lambda:
                    change(name, binding.value)
    return tree


def has_watched(source: Source) -> bool:
    """Whether a source names one of the functions."""
    return any(name in source.text for name in WATCHED)


def change(name: str, function: n.Lambda) -> None:
    """Let a function `a: b: c: body` say that it was called, if it has as many plain arguments."""
    arguments: list[str] = []
    inner: Any = function
    while True:
        if inner.formals is not None or inner.argument is None:
            return
        arguments.append(inner.argument)
        if len(arguments) == WATCHED[name]:
            break
        inner = inner.body
        if type(inner) is not n.Lambda:
            return
    body = inner.body
    start, end = body.start, body.end
    variables: list[n.Expr] = [n.Var(argument, n.NO_POS, start, end) for argument in arguments]
    inner.body = n.Call(
        n.Var(f"__{BUILTIN}", n.NO_POS, start, end),
        [n.Str(name, start, end), *variables, body],
        n.NO_POS,
        start,
        end,
    )


def watching(recorder: Recorder) -> PrimOp:
    """The builtin that changed functions call; it notes calls in a recorder."""

    def watched(name: Any, loc: Any, second: Any, third: Any, body: Any) -> Any:
        recorder.calls.append(CallRecord(str(recorder.force(name)), (loc, second, third), body))
        return recorder.force(body)

    return PrimOp(BUILTIN, watched, ("name", "loc", "second", "third", "body"), "")
