"""Values as nixlite's REPL shows them by default: on one line when that fits, else indented.

    nix-repl> { name = "hello"; f = x: x; }
    { f = «lambda»; name = "hello"; }
    nix-repl> { a, b ? 1, ... }: a
    «lambda { a, b ? …, ... }»

First the value becomes a tree of texts with known widths, being evaluated on the way as deep as it will be
shown, then the tree is laid out. Only what contains itself is «repeated: …», with the path to it from the
whole; shared parts are shown again.
"""

from __future__ import annotations

from time import monotonic

from nixlite.colours import BLUE, CYAN, FAINT, GREEN, MAGENTA, NORMAL, RED
from nixlite.errors import NixError, StackOverflow
from nixlite.formats.nix.evaluated import PrintOptions, ValuePrinter, derivation_path
from nixlite.formats.nix.functions import identified
from nixlite.formats.nix.texts import has_lines, lines_of, quoted, shown_name
from nixlite.runtime.depth import DEEPEST
from nixlite.runtime.messages import UNLIMITED
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.thunk import force, is_evaluated
from nixlite.runtime.values import ContextString, FunctionType, NixPath, PrimOp, PrimOpApp
from nixlite.spelling import attribute_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy

FOREVER = float("inf")
STEP = 2
"""Columns that each level is indented by."""


class LayoutOptions:
    """How much is shown, and how.

    `width`: columns a line may have. `max_depth`: sets and lists nested deeper are `{ … }` and not evaluated.
    `max_attributes`, `max_items`: of each set or list, the rest is counted; larger sets inside others are not
    looked into. `lambdas`: "auto" shows functions as `functions.identified` does, "short" as `«lambda»`,
    "long" with name and place as Nix. `lines`: strings with several lines are shown as such. After `patience`
    seconds what is not evaluated yet is shown as `…`, but for the attributes of the value itself.
    `derivation_paths`: a derivation is its path instead of its attributes, except the whole value if
    `open_derivation`. `errors` are those that were met in parts of what was shown, in order, `failed` these
    parts, each with what was shown for it.
    """

    __slots__ = (
        "colour",
        "derivation_paths",
        "errors",
        "failed",
        "lambdas",
        "lines",
        "max_attributes",
        "max_depth",
        "max_items",
        "open_derivation",
        "patience",
        "width",
    )

    def __init__(
        self,
        *,
        width: int = 80,
        max_depth: int = 4,
        max_attributes: int = 40,
        max_items: int = 60,
        lambdas: str = "auto",
        lines: bool = True,
        patience: float = FOREVER,
        derivation_paths: bool = True,
        open_derivation: bool = False,
        colour: bool = False,
    ) -> None:
        self.width = width
        self.max_depth = max_depth
        self.max_attributes = max_attributes
        self.max_items = max_items
        self.lambdas = lambdas
        self.lines = lines
        self.patience = patience
        self.derivation_paths = derivation_paths
        self.open_derivation = open_derivation
        self.colour = colour
        self.errors: list[NixError] = []
        self.failed: list[tuple[Lazy, str]] = []


def everything(options: LayoutOptions, *, max_depth: int = UNLIMITED) -> LayoutOptions:
    """The same style without limits on breadth, and none on depth unless given (`:p`)."""
    return LayoutOptions(
        width=options.width,
        max_depth=max_depth,
        max_attributes=UNLIMITED,
        max_items=UNLIMITED,
        lambdas=options.lambdas,
        lines=options.lines,
        derivation_paths=options.derivation_paths,
        colour=options.colour,
    )


def show_layout(state: State, x: Lazy, options: LayoutOptions) -> str:
    """*x* in the REPL's own style; evaluates what it shows.

    Raises the error of *x* itself; a failing part is shown as `«error: …»`.
    """
    builder = _Builder(state, options)
    node = builder.build_value(force(x), 0)
    out: list[str] = []
    _lay_out(node, 0, 0, 0, options.width, out)
    return "".join(out)


class _Atom:
    """A text that is never broken; `width` is without colour codes."""

    __slots__ = ("text", "width")

    def __init__(self, text: str, colour: str) -> None:
        self.width = len(text)
        self.text = f"{colour}{text}{NORMAL}" if colour else text


class _Text:
    """A string as lines; never on one line with what is around it."""

    __slots__ = ("colour", "lines", "width")

    def __init__(self, lines: list[str], colour: str) -> None:
        self.lines = lines
        self.colour = colour
        self.width = FOREVER

    def write(self, indent: int, out: list[str]) -> None:
        """Write the lines deeper than *indent*, between the marks of an indented string."""
        start, end = (self.colour, NORMAL) if self.colour else ("", "")
        out.append(f"{start}''{end}")
        *lines, last = self.lines
        start_of_line = f"\n{' ' * (indent + STEP)}{start}"
        out += [f"{start_of_line}{line}{end}" if line else "\n" for line in lines]
        if last:
            out.append(f"{start_of_line}{last}{end}")
        out.append(f"{start}''{end}" if last else f"\n{' ' * indent}{start}''{end}")


class _Group:
    """A set or list: entries are label, node and what follows it."""

    __slots__ = ("close", "entries", "open", "width")

    def __init__(self, opening: str, entries: list[_Entry], closing: str) -> None:
        self.open = opening
        self.entries = entries
        self.close = closing
        self.width: float = len(opening) + 1 + len(closing)
        for label, node, end in entries:
            self.width += len(label) + node.width + len(end) + 1


_Node = _Atom | _Text | _Group
_Entry = tuple[str, _Node, str]


def _lay_out(node: _Node, column: int, indent: int, reserved: int, width: int, out: list[str]) -> None:
    """Write *node*, beginning at *column*; *reserved* columns are needed after it on its last line."""
    if isinstance(node, _Atom):
        out.append(node.text)
    elif isinstance(node, _Text):
        node.write(indent, out)
    elif column + node.width + reserved <= width or not node.entries:
        _write_flat(node, out)
    else:
        out.append(node.open)
        inner = indent + STEP
        if node.open == "[" and all(type(child) is _Atom for _, child, _ in node.entries):
            _fill(node.entries, inner, width, out)
            out.append(f"\n{' ' * indent}{node.close}")
            return
        for label, child, end in node.entries:
            out.append(f"\n{' ' * inner}{label}")
            _lay_out(child, inner + len(label), inner, len(end), width, out)
            out.append(end)
        out.append(f"\n{' ' * indent}{node.close}")


def _fill(entries: list[_Entry], indent: int, width: int, out: list[str]) -> None:
    """Write the small elements of a list, as many to a line as it can take."""
    column: float = width
    for _, child, _ in entries:
        if column + 1 + child.width > width:
            out.append(f"\n{' ' * indent}")
            column = indent
        else:
            out.append(" ")
            column += 1
        _write_flat(child, out)
        column += child.width


def _write_flat(node: _Node, out: list[str]) -> None:
    if type(node) is _Atom:
        out.append(node.text)
        return
    assert type(node) is _Group
    out.append(node.open)
    for label, child, end in node.entries:
        out.append(f" {label}")
        _write_flat(child, out)
        out.append(end)
    out.append(f" {node.close}")


class _Builder:
    """Turns a value into a tree of texts."""

    def __init__(self, state: State, options: LayoutOptions) -> None:
        self.state = state
        self.options = options
        self.inside: dict[int, int] = {}  # the sets and lists around what is being shown: depth of their path
        self.path: list[str] = []  # the attribute names and indices that lead to what is being shown
        self.names: list[str | None] = []  # of these the names, None for indices
        self.until = monotonic() + options.patience if options.patience < FOREVER else FOREVER
        self.waits = True  # whether the attributes of the value are evaluated, however long that takes

    def build(self, x: Lazy, depth: int) -> _Node:
        """The tree for a part of the value; its errors are shown, nesting without end is raised."""
        if depth > DEEPEST:
            raise StackOverflow
        error_forces_deeply = True  # noqa: F841 - read by `traces`
        if self.until < FOREVER and (depth > 1 or not self.waits) and self.is_late(x):
            return _Atom("…", "")
        try:
            return self.build_value(force(x), depth)
        except StackOverflow:
            raise
        except NixError as error:
            self.options.errors.append(error)
            shown = f"«error: {error.message.split(chr(10), 1)[0]}»"
            self.options.failed.append((x, shown))
            return self.atom(RED, shown)

    def is_late(self, x: Lazy) -> bool:
        """Whether there is no more time to evaluate *x*."""
        return not is_evaluated(x) and monotonic() > self.until

    def build_value(self, value: Any, depth: int) -> _Node:
        """The tree for an evaluated value; raises what happens when its kind is looked into."""
        kind = type(value)
        if kind is dict or kind is tuple:
            return self.build_container(value, depth)
        if kind is FunctionType:
            return self.build_lambda(value)
        if kind is str or kind is ContextString:
            return self.build_string(value if kind is str else value.text)
        return self.atom(_COLOURS.get(kind, ""), _plain_text(value))

    def atom(self, colour: str, text: str) -> _Atom:
        """A text in its colour, if there are colours."""
        return _Atom(text, colour if self.options.colour else "")

    def build_string(self, text: str) -> _Node:
        """A string, on one line or as lines."""
        if self.options.lines and "\n" in text and has_lines(text):
            return _Text(lines_of(text), MAGENTA if self.options.colour else "")
        return self.atom(MAGENTA, quoted(text))

    def build_lambda(self, value: FunctionType) -> _Atom:
        """A function, as `LayoutOptions.lambdas` has it."""
        if self.options.lambdas == "auto":
            settings, host = self.state.settings, self.state.host
            name = self.names[-1] if self.names else None
            text = identified(value, settings.cwd, host.home(), known_as=name)
        else:
            text = _plain_text(value) if self.options.lambdas == "long" else "«lambda»"
        return self.atom(BLUE, text)

    def build_container(self, value: Any, depth: int) -> _Node:
        """The tree for a set or list, as deep as wanted."""
        is_set = type(value) is dict
        closed = self.options.derivation_paths and not (depth == 0 and self.options.open_derivation)
        if is_set and closed and is_derivation(value):
            path = f" {derivation_path(self.state, value['drvPath'])}" if "drvPath" in value else ""
            return self.atom(GREEN, f"«derivation{path}»")
        if not value:
            return _Atom("{ }" if is_set else "[ ]", "")
        if id(value) in self.inside:
            return self.atom(MAGENTA, self.repeated(self.inside[id(value)]))
        if depth >= self.options.max_depth:
            return _Atom("{ … }" if is_set else "[ … ]", "")
        if is_set and depth and len(value) > self.options.max_attributes:
            return self.atom(FAINT, f"{{ «{len(value)} attributes» }}")
        self.inside[id(value)] = len(self.path)
        try:
            return self.build_set(value, depth + 1) if is_set else self.build_list(value, depth + 1)
        finally:
            del self.inside[id(value)]

    def repeated(self, length: int) -> str:
        """What stands for a set or list inside itself: says which of those around it that is."""
        if not length:
            return "«repeated: the whole»"
        steps = self.path[:length]
        return f"«repeated: {''.join(steps).removeprefix('.')}»"

    def build_set(self, attrs: dict[str, Lazy], depth: int) -> _Group:
        """The tree for the attributes, sorted by name."""
        limit = self.options.max_attributes
        names = sorted(attrs)
        self.waits = self.waits and (depth > 1 or len(names) <= limit)
        entries: list[_Entry] = []
        for name in names[:limit]:
            shown = shown_name(attribute_name(name))
            self.path.append(f".{shown}")
            self.names.append(name)
            entries.append((f"{shown} = ", self.build(attrs[name], depth), ";"))
            self.path.pop()
            self.names.pop()
        if len(names) > limit:
            entries.append(("", self.atom(FAINT, _count(len(names) - limit, "attribute")), ""))
        return _Group("{", entries, "}")

    def build_list(self, items: tuple[Lazy, ...], depth: int) -> _Group:
        """The tree for the elements."""
        limit = self.options.max_items
        self.waits = self.waits and (depth > 1 or len(items) <= limit)
        entries: list[_Entry] = []
        for index, item in enumerate(items[:limit]):
            self.path.append(f"[{index}]")
            self.names.append(None)
            entries.append(("", self.build(item, depth), ""))
            self.path.pop()
            self.names.pop()
        if len(items) > limit:
            entries.append(("", self.atom(FAINT, _count(len(items) - limit, "item")), ""))
        return _Group("[", entries, "]")


def _count(number: int, what: str) -> str:
    return f"«{number} more {what}{'' if number == 1 else 's'}; :p shows all»"


def _plain_text(value: Any) -> str:
    """A value that contains no others, as the other printers write it."""
    printer = ValuePrinter(_PLAIN)
    printer.write(value, 0)
    return "".join(printer.out)


_PLAIN = PrintOptions()
_COLOURS: dict[type, str] = {
    type(None): CYAN,
    bool: CYAN,
    int: CYAN,
    float: CYAN,
    NixPath: GREEN,
    PrimOp: BLUE,
    PrimOpApp: BLUE,
}
