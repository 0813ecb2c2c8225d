"""Values as messages of errors show them: as they are, shortened, on one line.

`{ a = 1; f = «lambda @ «string»:1:4»; }`. Nothing is evaluated, so all that can fail in the runtime may use
this. What `nix eval` prints is written by `formats.nix.evaluated`, which goes on from here.
"Seen before" goes by identity within one print: of the set itself, but of the *cell* that holds a list,
because a Nix list lies inside its value and copying the value makes another list.
"""

from __future__ import annotations

from nixlite.colours import BLUE, CYAN, FAINT, GREEN, MAGENTA, RED
from nixlite.errors import StackOverflow
from nixlite.limits.growth import pieces
from nixlite.runtime.depth import DEEPEST
from nixlite.runtime.thunk import blackhole, peel_asked
from nixlite.runtime.values import ContextString, FunctionType, NixPath, PrimOp, PrimOpApp, lambda_info
from nixlite.source import shown_name
from nixlite.spelling import attribute_name, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

    from nixlite.runtime.values import Lazy

UNLIMITED: Final = 2**63


def short_float(number: float) -> str:
    """A float with six significant digits, as C's `%g` (1.0 is `1`, 1e10 `1e+10`)."""
    if number != number:
        from math import copysign

        return "-nan" if copysign(1.0, number) < 0 else "nan"
    return f"{number:g}"


class PrintLimits:
    """How much is printed; the defaults print everything.

    `max_depth`: sets and lists nested deeper are `{ ... }`. `max_attributes` and `max_items` count over
    the whole print, not for each set. `max_string` is in bytes.
    """

    __slots__ = ("max_attributes", "max_depth", "max_items", "max_string")

    def __init__(
        self,
        *,
        max_depth: int = UNLIMITED,
        max_attributes: int = UNLIMITED,
        max_items: int = UNLIMITED,
        max_string: int = UNLIMITED,
    ) -> None:
        self.max_depth = max_depth
        self.max_attributes = max_attributes
        self.max_items = max_items
        self.max_string = max_string


IN_ERRORS: Final = PrintLimits(max_depth=10, max_attributes=10, max_items=10, max_string=1024)


def show_short(value: Lazy, *, copied: bool = True) -> str:
    """*value* as error messages show it: unforced, shortened, on one line. *copied*: see `MessagePrinter`."""
    printer = MessagePrinter(IN_ERRORS)
    printer.copied = copied
    printer.write(value, 0)
    return "".join(printer.out)


class MessagePrinter:
    """One print of a value; `out` holds the pieces written so far, also after an error.

    What is said with colours, broken over lines or evaluated is up to a class that goes on from this one.
    `copied`: whether what is printed is a copy of the value, as nearly everywhere in C++ Nix, so that a list
    which contains itself is shown once more.
    """

    copied = True

    def __init__(self, limits: PrintLimits) -> None:
        self.limits = limits
        self.out = pieces()
        self.attributes_written = 0
        self.items_written = 0
        self._seen_sets: set[int] = set()
        self._seen_lists: set[int] = set()

    def write(self, x: Lazy, depth: int) -> None:
        """Write one value; *depth* is 0 for the whole."""
        if depth > DEEPEST:
            raise StackOverflow
        x = peel_asked(x)
        value: Any = x
        if type(x) is list:
            if x[0] is not None:
                self.write_thunk(x)
                return
            value = x[1]
        kind = type(value)
        if kind is dict:
            self.write_set(value, depth)
        elif kind is tuple:
            self.write_list(value, x, depth)
        else:
            ATOMS[kind](self, value)

    # -- what others do otherwise

    def coloured(self, colour: str, text: str) -> None:
        """Write a text in its colour, where there are colours."""
        self.out.append(text)

    def shown_path(self, path: str) -> str:
        """What is shown for a path."""
        return path

    def write_instead(self, attrs: dict[str, Lazy]) -> bool:
        """Write what stands for a set as a whole, if something does; whether it was so."""
        return False

    def breaks(self, items: list[Lazy] | tuple[Lazy, ...]) -> bool:
        """Whether each item gets a line of its own."""
        return False

    def space(self, broken: bool) -> None:
        """Write what is between items."""
        self.out.append(" ")

    def deeper(self) -> None:
        """Indent what follows."""

    def shallower(self) -> None:
        """Indent what follows less."""

    # -- sets and lists

    def write_set(self, attrs: dict[str, Lazy], depth: int) -> None:
        """Write `{ a = 1; }`."""
        limits = self.limits
        identity = id(attrs) if attrs else 0  # Nix has a single empty set
        if identity in self._seen_sets:
            self.coloured(MAGENTA, "«repeated»")
            return
        self._seen_sets.add(identity)
        if self.write_instead(attrs):
            return
        if depth >= limits.max_depth:
            self.out.append("{ ... }")
            return
        self.deeper()
        self.out.append("{")
        names = sorted(attrs)
        if limits.max_attributes != UNLIMITED:
            names.sort(key=_unimportant)
        broken = self.breaks(list(attrs.values()))
        for index, name in enumerate(names):
            self.space(broken)
            if self.attributes_written >= limits.max_attributes:
                self._elided(len(names) - index, "attribute", "attributes")
                break
            self.out.append(f"{attribute_name(name)} = ")
            self.write(attrs[name], depth + 1)
            self.out.append(";")
            self.attributes_written += 1
        self.shallower()
        self.space(broken)
        self.out.append("}")

    def write_list(self, items: tuple[Lazy, ...], cell: Lazy, depth: int) -> None:
        """Write `[ 1 2 ]`; *cell* is what holds the list."""
        limits = self.limits
        if items:
            if id(cell) in self._seen_lists:
                self.coloured(MAGENTA, "«repeated»")
                return
            if depth or not self.copied:
                self._seen_lists.add(id(cell))
        if depth >= limits.max_depth:
            self.out.append("[ ... ]")
            return
        self.deeper()
        self.out.append("[")
        broken = self.breaks(items)
        for index, item in enumerate(items):
            self.space(broken)
            if self.items_written >= limits.max_items:
                self._elided(len(items) - index, "item", "items")
                break
            self.write(item, depth + 1)
            self.items_written += 1
        self.shallower()
        self.space(broken)
        self.out.append("]")

    def _elided(self, count: int, one: str, many: str) -> None:
        self.coloured(FAINT, f"«{count} {one if count == 1 else many} elided»")

    # -- everything else

    def write_thunk(self, thunk: list[object]) -> None:
        """Write what stands for a value that is not there."""
        if thunk[0] is blackhole:
            self.coloured(RED, "«potential infinite recursion»")
        else:
            self.coloured(MAGENTA, "«thunk»")

    def _write_null(self, value: None) -> None:
        self.coloured(CYAN, "null")

    def _write_bool(self, value: bool) -> None:
        self.coloured(CYAN, "true" if value else "false")

    def _write_int(self, value: int) -> None:
        self.coloured(CYAN, str(value))

    def _write_float(self, value: float) -> None:
        self.coloured(CYAN, short_float(value))

    def _write_context_string(self, value: ContextString) -> None:
        self._write_string(value.text)

    def _write_string(self, value: str) -> None:
        limit = self.limits.max_string
        if limit != UNLIMITED and len(value) * 4 > limit:
            data = value.encode("utf-8", "surrogateescape")
            if len(data) > limit:
                shown = quote(data[:limit].decode("utf-8", "surrogateescape"))
                if data[limit - 1 : limit + 1] == b"${":  # the cut does not hide from Nix what follows
                    shown = f'{shown[:-2]}\\$"'
                self.coloured(MAGENTA, shown)
                self.out.append(" ")
                self._elided(len(data) - limit, "byte", "bytes")
                return
        self.coloured(MAGENTA, quote(value))

    def _write_path(self, value: NixPath) -> None:
        self.coloured(GREEN, self.shown_path(value.path))

    def _write_lambda(self, value: FunctionType) -> None:
        info = lambda_info(value)
        name = "" if info.name is None else f" {attribute_name(info.name)}"
        file, line, column = info.position
        self.coloured(BLUE, f"«lambda{name} @ {shown_name(self.shown_path(file))}:{line}:{column}»")

    def _write_primop(self, value: PrimOp) -> None:
        self.coloured(BLUE, f"«primop {value.name}»")

    def _write_primop_app(self, value: PrimOpApp) -> None:
        self.coloured(BLUE, f"«partially applied primop {value.primop.name}»")


def _unimportant(name: str) -> bool:
    """Sorts `type` and `_type` to the front where not everything is shown."""
    return name not in ("type", "_type")


ATOMS: Final[dict[type, Callable[..., None]]] = {
    type(None): MessagePrinter._write_null,
    bool: MessagePrinter._write_bool,
    int: MessagePrinter._write_int,
    float: MessagePrinter._write_float,
    str: MessagePrinter._write_string,
    ContextString: MessagePrinter._write_context_string,
    NixPath: MessagePrinter._write_path,
    FunctionType: MessagePrinter._write_lambda,
    PrimOp: MessagePrinter._write_primop,
    PrimOpApp: MessagePrinter._write_primop_app,
}
