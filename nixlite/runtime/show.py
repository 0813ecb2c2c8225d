"""Values as messages, `nix eval` and the REPL write them: `{ a = 1; f = «lambda @ «string»:1:4»; }`.

One printer with options, as C++ Nix has it: with `force` it evaluates what it prints, without it shows
`«thunk»`. The other form, that of `nix-instantiate --eval` (`<CODE>`, `<LAMBDA>`), is in `printer.py`.
"Seen before" goes by identity within one print: of the set itself, but of the *cell* that holds a list,
because a Nix list lies inside its value and copying the value makes another list.
"""

from __future__ import annotations

from nixlite.errors import NixError, StackOverflow
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.printer import DEEPEST
from nixlite.runtime.thunk import blackhole, force, peel_asked, stops
from nixlite.runtime.values import ContextString, FunctionType, NixPath, PrimOp, PrimOpApp, lambda_info
from nixlite.source import shown_name
from nixlite.spelling import attribute_name, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy

UNLIMITED: Final = 2**63
RED, GREEN, MAGENTA, CYAN, BLUE = (f"\x1b[{n};1m" for n in (31, 32, 35, 36, 34))
FAINT, NORMAL = "\x1b[2m", "\x1b[0m"


def float_text(number: float) -> str:
    """A float with six significant digits, as C's `%g` (1.0 is `1`, 1e10 `1e+10`)."""
    if number != number:
        from math import copysign

        return "-nan" if copysign(1.0, number) < 0 else "nan"
    return f"{number:g}"


class PrintOptions:
    """How much is printed, and in which form; the defaults print everything there is on one line.

    `force`: evaluate what is printed. `derivation_paths`: with `force`, a derivation is `«derivation …drv»`.
    `max_depth`: sets and lists nested deeper are `{ ... }`. `max_attributes` and `max_items` count over
    the whole print, not for each set. `max_string` is in bytes. `indent`: columns a level, 0 for one line.
    `errors`: what a failing part does: "show" (`«error: …»`), "raise", or "raise-top" (raise only when
    the failing part is the whole).
    """

    __slots__ = (
        "colour",
        "derivation_paths",
        "errors",
        "force",
        "indent",
        "max_attributes",
        "max_depth",
        "max_items",
        "max_string",
    )

    def __init__(
        self,
        *,
        force: bool = False,
        derivation_paths: bool = False,
        max_depth: int = UNLIMITED,
        max_attributes: int = UNLIMITED,
        max_items: int = UNLIMITED,
        max_string: int = UNLIMITED,
        indent: int = 0,
        errors: str = "show",
        colour: bool = False,
    ) -> None:
        self.force = force
        self.derivation_paths = derivation_paths
        self.max_depth = max_depth
        self.max_attributes = max_attributes
        self.max_items = max_items
        self.max_string = max_string
        self.indent = indent
        self.errors = errors
        self.colour = colour


IN_ERRORS: Final = PrintOptions(max_depth=10, max_attributes=10, max_items=10, max_string=1024)


def show_short(value: Lazy) -> str:
    """*value* as error messages show it: unforced, shortened, on one line."""
    printer = ValuePrinter(IN_ERRORS)
    printer.write(value, 0)
    return "".join(printer.out)


def show(value: Lazy, options: PrintOptions | None = None, state: State | None = None) -> str:
    """*value* in the form of *options*; the default is that of `builtins.trace`: everything, unforced."""
    printer = ValuePrinter(options or PrintOptions(), state)
    printer.write(value, 0)
    return "".join(printer.out)


class ValuePrinter:
    """One print of a value; `out` holds the pieces written so far, also after an error.

    *state* is needed for the paths of derivations, so when printing forces, and for what is shown in the
    place of paths in pure evaluation.
    """

    def __init__(self, options: PrintOptions, state: State | None = None) -> None:
        self.options = options
        self.state = state
        self.out: list[str] = []
        self.attributes_written = 0
        self.items_written = 0
        self._seen_sets: set[int] = set()
        self._seen_lists: set[int] = set()
        self._newline = "\n"

    def write(self, x: Lazy, depth: int) -> None:
        """Write one value; *depth* is 0 for the whole. May raise NixError, as `options.errors` says."""
        if depth > DEEPEST:
            raise StackOverflow
        options = self.options
        error_forces_deeply = options.force  # noqa: F841 - read by `traces`
        value: Any
        x = peel_asked(x)
        try:
            if options.force:
                if stops(x):
                    self._write_thunk(x)  # type: ignore[arg-type]
                    return
                value = force(x)
            elif type(x) is not list:
                value = x
            elif x[0] is None:
                value = x[1]
            else:
                self._write_thunk(x)
                return
            kind = type(value)
            if kind is dict:
                self._write_set(value, depth)
            elif kind is tuple:
                self._write_list(value, x, depth)
            else:
                _ATOMS[kind](self, value)
        except StackOverflow:
            raise
        except NixError as error:
            if options.errors == "raise" or (options.errors == "raise-top" and depth == 0):
                raise
            self._coloured(RED, f"«error: {error.message}»")

    def _coloured(self, colour: str, text: str) -> None:
        self.out.append(f"{colour}{text}{NORMAL}" if self.options.colour else text)

    def _space(self, broken: bool) -> None:
        self.out.append(self._newline if broken else " ")

    def _deeper(self) -> None:
        """Indent what follows. As in Nix, an error on the way leaves it so for the rest of the print."""
        self._newline += " " * self.options.indent

    def _shallower(self) -> None:
        self._newline = self._newline[: len(self._newline) - self.options.indent]

    def _elided(self, count: int, one: str, many: str) -> None:
        self._coloured(FAINT, f"«{count} {one if count == 1 else many} elided»")

    # -- sets and lists

    def _write_set(self, attrs: dict[str, Lazy], depth: int) -> None:
        options = self.options
        identity = id(attrs) if attrs else 0  # Nix has a single empty set
        if identity in self._seen_sets:
            self._coloured(MAGENTA, "«repeated»")
            return
        self._seen_sets.add(identity)
        if options.force and options.derivation_paths and is_derivation(attrs):
            self._write_derivation(attrs)
            return
        if depth >= options.max_depth:
            self.out.append("{ ... }")
            return
        self._deeper()
        self.out.append("{")
        names = sorted(attrs)
        if options.max_attributes != UNLIMITED:
            names.sort(key=_unimportant)
        broken = self._breaks(list(attrs.values()))
        for index, name in enumerate(names):
            self._space(broken)
            if self.attributes_written >= options.max_attributes:
                self._elided(len(names) - index, "attribute", "attributes")
                break
            self.out.append(f"{attribute_name(name)} = ")
            self.write(attrs[name], depth + 1)
            self.out.append(";")
            self.attributes_written += 1
        self._shallower()
        self._space(broken)
        self.out.append("}")

    def _write_list(self, items: tuple[Lazy, ...], cell: Lazy, depth: int) -> None:
        options = self.options
        if items:
            if id(cell) in self._seen_lists:
                self._coloured(MAGENTA, "«repeated»")
                return
            if depth:  # Nix prints a copy of the outermost value
                self._seen_lists.add(id(cell))
        if depth >= options.max_depth:
            self.out.append("[ ... ]")
            return
        self._deeper()
        self.out.append("[")
        broken = self._breaks(items)
        for index, item in enumerate(items):
            self._space(broken)
            if self.items_written >= options.max_items:
                self._elided(len(items) - index, "item", "items")
                break
            self.write(item, depth + 1)
            self.items_written += 1
        self._shallower()
        self._space(broken)
        self.out.append("]")

    def _breaks(self, items: list[Lazy] | tuple[Lazy, ...]) -> bool:
        """Whether each item gets a line of its own: forces a single item, which is printed anyway."""
        if not self.options.indent or not items:
            return False
        if len(items) > 1:
            return True
        only = items[0]
        kind = type(force(only))
        return kind is dict or kind is tuple

    def _write_derivation(self, attrs: dict[str, Lazy]) -> None:
        path = ""
        if self.state is not None and "drvPath" in attrs:
            path = f" {derivation_path(self.state, attrs['drvPath'])}"
        self._coloured(GREEN, f"«derivation{path}»")

    # -- everything else

    def _write_thunk(self, thunk: list[object]) -> None:
        if thunk[0] is blackhole:
            self._coloured(RED, "«potential infinite recursion»")
        else:
            self._coloured(MAGENTA, "«thunk»")

    def _write_null(self, value: None) -> None:
        self._coloured(CYAN, "null")

    def _write_bool(self, value: bool) -> None:
        self._coloured(CYAN, "true" if value else "false")

    def _write_int(self, value: int) -> None:
        self._coloured(CYAN, str(value))

    def _write_float(self, value: float) -> None:
        self._coloured(CYAN, float_text(value))

    def _write_context_string(self, value: ContextString) -> None:
        self._write_string(value.text)

    def _write_string(self, value: str) -> None:
        limit = self.options.max_string
        if limit != UNLIMITED and len(value) * 4 > limit:
            data = value.encode("utf-8", "surrogateescape")
            if len(data) > limit:
                shown = quote(data[:limit].decode("utf-8", "surrogateescape"))
                if data[limit - 1 : limit + 1] == b"${":  # the cut does not hide from Nix what follows
                    shown = f'{shown[:-2]}\\$"'
                self._coloured(MAGENTA, shown)
                self.out.append(" ")
                self._elided(len(data) - limit, "byte", "bytes")
                return
        self._coloured(MAGENTA, quote(value))

    def _write_path(self, value: NixPath) -> None:
        self._coloured(GREEN, value.path if self.state is None else self.state.host.shown_path(value.path))

    def _write_lambda(self, value: FunctionType) -> None:
        info = lambda_info(value)
        name = "" if info.name is None else f" {attribute_name(info.name)}"
        file, line, column = info.position
        if self.state is not None:
            file = self.state.host.shown_path(file)
        self._coloured(BLUE, f"«lambda{name} @ {shown_name(file)}:{line}:{column}»")

    def _write_primop(self, value: PrimOp) -> None:
        self._coloured(BLUE, f"«primop {value.name}»")

    def _write_primop_app(self, value: PrimOpApp) -> None:
        self._coloured(BLUE, f"«partially applied primop {value.primop.name}»")


def _unimportant(name: str) -> bool:
    """Sorts `type` and `_type` to the front where not everything is shown."""
    return name not in ("type", "_type")


def derivation_path(state: State, x: Lazy) -> str:
    """The store path in a `drvPath`, which is forced; raises for what is no store path."""
    from nixlite.runtime.coerce import coerce_to_store_path  # not for messages, which force nothing

    return coerce_to_store_path(state, x, "while evaluating the drvPath of a derivation")[0]


_ATOMS: Final[dict[type, Callable[..., None]]] = {
    type(None): ValuePrinter._write_null,
    bool: ValuePrinter._write_bool,
    int: ValuePrinter._write_int,
    float: ValuePrinter._write_float,
    str: ValuePrinter._write_string,
    ContextString: ValuePrinter._write_context_string,
    NixPath: ValuePrinter._write_path,
    FunctionType: ValuePrinter._write_lambda,
    PrimOp: ValuePrinter._write_primop,
    PrimOpApp: ValuePrinter._write_primop_app,
}


def show_value(state: State, x: Lazy, options: PrintOptions | None = None) -> str:
    """*x* as `nix eval` prints it: evaluated all through, on one line, failing parts as `«error: …»`.

    Raises the error of *x* itself when that cannot be evaluated; its type or `drvPath` is a part like others.
    """
    force(x)
    printer = ValuePrinter(options or NIX_EVAL, state)
    printer.write(x, 0)
    return "".join(printer.out)


NIX_EVAL = PrintOptions(force=True, derivation_paths=True)
"""The form of `nix eval`."""
