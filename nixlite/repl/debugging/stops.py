"""What is known where a program has stopped: the rows of its trace, and their variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.errors import EvalError, NixError
from nixlite.formats.nix.evaluated import PrintOptions, show
from nixlite.runtime.thunk import UNASKED, delay, force, peel, peel_asked
from nixlite.spelling import attribute_name
from nixlite.traces.rendering import excerpt_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from nixlite.repl.debugging.tracepoints import Point
    from nixlite.runtime.values import Lazy, Value

MOST_WITH = 12
"""Names of a `with` set that are shown."""
UNFORCED = PrintOptions(max_depth=3, max_attributes=20, max_items=10, max_string=200)
"""How variables are shown where a program has stopped."""

MISSING: Any = object()
"""In place of a value that a frame does not have: the code in it has no use for it."""

CONTINUE, STEP, QUIT = "continue", "step", "quit"


class ScopeShown:
    """A lexical scope at a stop: what it is called, its variables by name, or the set of a `with`.

    A variable may be `MISSING`: the code that failed has no use for it, and so did not keep it.
    """

    __slots__ = ("title", "variables", "with_set")

    def __init__(self, title: str, variables: dict[str, Lazy], with_set: Lazy = None) -> None:
        self.title = title
        self.variables = variables
        self.with_set = with_set

    @property
    def attrs(self) -> dict[str, Lazy] | None:
        """The attributes of the set of a `with`, where it is evaluated; None for other scopes."""
        return attrs_of(self.with_set) if self.with_set is not None and is_there(self.with_set) else None


class Stop:
    """A row of the trace: a point of the program with its variables (a set), or what has happened there."""

    __slots__ = ("is_error", "point", "variables")

    def __init__(self, point: Point, variables: Lazy, is_error: bool = False) -> None:
        self.point = point
        self.variables = variables
        self.is_error = is_error

    def scopes(self) -> list[ScopeShown]:
        """The scopes around the point, innermost first."""
        variables: Any = force(self.variables)
        found = []
        for level in self.point.levels:
            values = {name: variables[name] for name in level.names if name in variables}
            found.append(ScopeShown(level.title, values, variables.get(level.with_set)))
        return found


class Debugging:
    """What a conversation at a stop knows: the rows of the trace, innermost first, and the one looked at.

    *is_first*: this is the first stop, at which `nix repl` introduces itself. *is_over*: the program has
    failed and cannot go on; its frames were kept.
    """

    def __init__(
        self, rows: Sequence[Stop], outer: dict[str, Lazy], is_first: bool, *, is_over: bool = False
    ) -> None:
        self.rows = rows
        self.outer = outer
        self.index = 0
        self.action = QUIT  # unless the user says otherwise
        self.is_first = is_first
        self.is_over = is_over

    def scope(self) -> dict[str, Lazy]:
        """The variables of the row looked at, with those of evaluated `with` sets."""
        scope = dict(self.outer)
        for level in reversed(self.rows[self.index].scopes()):
            scope.update(level.attrs or {})
            scope.update({name: not_kept(name) if x is MISSING else x for name, x in level.variables.items()})
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
        """The names of each scope around the row looked at, and the *outermost* ones, as Nix shows them."""
        parts = []
        for number, level in enumerate(self.rows[self.index].scopes()):
            text = f"Env level {number}\nstatic: {names_text(level.variables)}\n"
            if level.attrs is not None:
                text += f"with: {names_text(level.attrs)}\n"
            parts.append(text)
        parts.append(f"Env level {len(parts)}\n{names_text(outermost)}\n")
        return "\n".join(parts)

    def show_variables(self, width: int) -> str:
        """The variables of each scope around the row looked at, innermost first, with the values that they
        have: nothing is evaluated."""
        parts = []
        for level in self.rows[self.index].scopes():
            if level.attrs is not None:
                shown = ", ".join(attribute_name(name) for name in sorted(level.attrs)[:MOST_WITH])
                more = f", … ({len(level.attrs)} names)" if len(level.attrs) > MOST_WITH else ""
                parts.append(cut(f"{level.title}: {shown}{more}", width))
            elif level.variables:
                lines = [cut(f"  {attribute_name(name)} = {unforced(x)}", width) for name, x in
                         sorted(level.variables.items())]  # fmt: skip
                parts.append("\n".join([f"{level.title}:", *lines]))
        return "\n".join(parts) or "There are no variables around it but those of the session."


def unforced(x: Lazy) -> str:
    """A value on one line, as far as it is evaluated."""
    if x is MISSING:
        return "(not kept: what failed does not use it)"
    try:
        return show(peel_asked(x), UNFORCED)
    except NixError as error:
        return f"«error: {error.message}»"


def not_kept(name: str) -> Lazy:
    """What stands for a variable that a frame does not have: asking for it says so."""

    def fail() -> Value:
        raise EvalError(
            f"the value of '{attribute_name(name)}' was not kept",
            hint="The code that failed does not use it. ':up' goes to who has called it.",
        )

    return delay(fail)


def cut(text: str, width: int) -> str:
    """A text that fits on one line."""
    text = " ".join(text.split("\n"))
    return text if len(text) < width else f"{text[: width - 2]}…"


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
