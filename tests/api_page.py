"""The parts of `nixlite/docs/reference/api.md` that are made from docstrings: the tables of conversions, and the reference."""

from __future__ import annotations

import doctest
import inspect
import re
from typing import TYPE_CHECKING, Any

import nixlite
from nixlite.interop import annotations, answers, from_python, to_python

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

TABLES = (
    ("Nix to Python", to_python),
    ("Python to Nix", from_python),
    ("Arguments of Python functions", annotations),
)

GROUPS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    (
        "Evaluating",
        (
            nixlite.evaluate,
            nixlite.evaluate_file,
            nixlite.evaluate_flake,
            nixlite.Evaluator,
            nixlite.evaluate_async,
            nixlite.run_async,
        ),
    ),
    ("Values", (nixlite.Value,)),
    ("Hosts and settings", (nixlite.MemoryHost, nixlite.PureHost, nixlite.RestrictedHost, nixlite.RealHost, nixlite.Settings)),
    ("Limits", (nixlite.Limits,)),
    ("Errors", (nixlite.NixError, nixlite.PythonError, nixlite.Exhausted, nixlite.Cancelled)),
    (
        "Questions",
        (
            nixlite.why, answers.Why, answers.Step, answers.Definition, answers.Read, answers.Advice, answers.Place,
            nixlite.stale, answers.Stale, answers.Given, answers.Behind, answers.Fix,
            nixlite.override, answers.Override,
        ),
    ),
)  # fmt: skip
"""What the page has, in its order."""

SHOWN_SPECIAL = {"__getitem__", "__iter__", "__contains__", "__call__", "__bool__", "__str__", "__repr__"}
"""Methods that Python's syntax calls, and that are told of."""

INSIDE = {"explained", "value_of", "nix_of", "function_of", "of", "again"}
"""Methods that are there for other parts of nixlite."""

WHOLE = (nixlite.Evaluator, nixlite.Value, nixlite.NixError)
"""The classes whose methods are listed; of the others only those that they have themselves and answer with."""


def conversions() -> str:
    """The tables, each under its title."""
    parts = ["## What becomes of what"]
    for title, module in TABLES:
        parts += [f"### {title}", table_of(module)]
    return "\n\n".join(parts)


def table_of(module: ModuleType) -> str:
    """The docstring of a module from its table on."""
    text = inspect.cleandoc(module.__doc__ or "")
    return text[text.index("|") :].replace("\\\\|", "\\|")


def reference() -> str:
    """Every function and class: signature, docstring, examples, methods."""
    parts = []
    for title, things in GROUPS:
        parts.append(f"## {title}")
        for thing in things:
            parts += entry(thing)
    return "\n\n".join(parts)


def entry(thing: Any) -> Iterator[str]:
    """The parts of one function or class."""
    name = thing.__name__
    if not inspect.isclass(thing):
        prefix = "async " if inspect.iscoroutinefunction(thing) else ""
        yield f"### `{prefix}{name}{signature(thing)}`"
        yield markdown(thing.__doc__)
        return
    yield f"### class `{name}`"
    if thing.__init__ is not object.__init__ and not issubclass(thing, BaseException | nixlite.Value):
        yield f"`{name}{signature(thing.__init__)}`"
    yield markdown(thing.__doc__)
    if thing in WHOLE:
        yield from methods(thing)
    elif isinstance(fine := vars(thing).get("ok"), property):
        yield f"`ok`: {markdown(fine.__doc__)}"


def methods(kind: type) -> Iterator[str]:
    """The methods and properties of a class, in the order of the source."""
    for name, found in vars(kind).items():
        if name in INSIDE or (name.startswith("_") and name not in SHOWN_SPECIAL):
            continue
        if isinstance(found, property):
            yield f"#### `{kind.__name__}.{name}`"
            yield markdown(found.__doc__)
        elif inspect.isfunction(found):
            yield f"#### `{kind.__name__}.{name}{signature(found)}`"
            yield markdown(found.__doc__)


def signature(function: Any) -> str:
    """The parameters as they are written, without `self`, and what comes back."""
    found = inspect.signature(function)
    parameters = [each for name, each in found.parameters.items() if name != "self"]
    returned = found.return_annotation if found.return_annotation != "None" else found.empty
    text = str(found.replace(parameters=parameters, return_annotation=returned))
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", text).replace("Ellipsis", "…")


def markdown(docstring: str | None) -> str:
    """A docstring as Markdown: its examples are blocks that can be run on their own."""
    parts = doctest.DocTestParser().parse(inspect.cleandoc(docstring or ""))
    lines: list[str] = []
    inside = False
    for part in parts:
        if isinstance(part, doctest.Example):
            if not inside:
                lines += ["```pycon", ">>> import nixlite"]
                inside = True
            first, *others = part.source.rstrip("\n").split("\n")
            lines += [f">>> {first}", *(f"... {line}".rstrip() for line in others)]
            lines += part.want.rstrip("\n").split("\n") if part.want else []
        elif part.strip() or not inside:
            if inside:
                lines += ["", "```"]
                inside = False
            lines += part.strip("\n").split("\n") if not lines else ["", *part.strip("\n").split("\n")]
    if inside:
        lines += ["", "```"]
    text = "\n".join(lines).strip()
    return re.sub(r"\n*```pycon", "\n\n```pycon", text)
