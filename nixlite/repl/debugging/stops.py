"""What is known where a program has stopped: the rows of its trace, and their variables."""

from __future__ import annotations

from nixlite.runtime.thunk import UNASKED, force, peel
from nixlite.spelling import attribute_name
from nixlite.traces.rendering import excerpt_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from nixlite.repl.debugging.tracepoints import Point
    from nixlite.runtime.values import Lazy

CONTINUE, STEP, QUIT = "continue", "step", "quit"


class Stop:
    """A row of the trace: a point of the program with its variables (a set), or what has happened there."""

    __slots__ = ("is_error", "point", "variables")

    def __init__(self, point: Point, variables: Lazy, is_error: bool = False) -> None:
        self.point = point
        self.variables = variables
        self.is_error = is_error


class Debugging:
    """What a conversation at a stop knows: the rows of the trace, innermost first, and the one looked at.

    *is_first*: this is the first stop, at which `nix repl` introduces itself.
    """

    def __init__(self, rows: list[Stop], outer: dict[str, Lazy], is_first: bool) -> None:
        self.rows = rows
        self.outer = outer
        self.index = 0
        self.action = QUIT  # unless the user says otherwise
        self.is_first = is_first

    def scope(self) -> dict[str, Lazy]:
        """The variables of the row looked at, with those of evaluated `with` sets."""
        row = self.rows[self.index]
        variables: Any = force(row.variables)
        scope = dict(self.outer)
        for level in reversed(row.point.levels):
            if level.with_set:
                attrs = variables.get(level.with_set)
                if is_there(attrs):
                    scope.update(attrs_of(attrs))
            else:
                scope.update({name: variables[name] for name in level.names if name in variables})
        return scope

    def show_row(self, index: int) -> str:
        """A row of the trace: number, text, place and source."""
        row = self.rows[index]
        text = f"\n{index}: {'error: ' if row.is_error else ''}{row.point.text}\n"
        if row.point.position is not None:
            text += f"{row.point.position}\n"
            excerpt = excerpt_lines(row.point.position)
            if excerpt:
                text += "\n" + "\n".join(excerpt) + "\n"
        return text

    def show_environment(self, outermost: Iterable[str]) -> str:
        """The names of each scope around the row looked at, and the *outermost* ones."""
        row = self.rows[self.index]
        variables: Any = force(row.variables)
        parts = []
        for number, level in enumerate(row.point.levels):
            text = f"Env level {number}\nstatic: {names_text(level.names)}\n"
            if level.with_set and is_there(variables.get(level.with_set)):
                text += f"with: {names_text(attrs_of(variables[level.with_set]))}\n"
            parts.append(text)
        parts.append(f"Env level {len(parts)}\n{names_text(outermost)}\n")
        return "\n".join(parts)


def is_there(x: Lazy) -> bool:
    """Whether a value is at hand without evaluating anything."""
    x = peel(x)
    return type(x) is not list or x[0] is None or x[0] is UNASKED


def attrs_of(x: Lazy) -> dict[str, Lazy]:
    """The attributes of an evaluated lazy, none for what is no set."""
    value = force(x)
    return value if type(value) is dict else {}


def names_text(names: Iterable[str]) -> str:
    """Names in order, a blank behind each."""
    return "".join(f"{attribute_name(name)} " for name in sorted(names))
