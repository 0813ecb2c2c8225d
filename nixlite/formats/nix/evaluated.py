"""Values as `nix eval` and the REPL write them, evaluated on the way: `{ a = 1; f = «lambda @ …»; }`.

One printer with options, as C++ Nix has it: with `force` it evaluates what it prints, without it shows
`«thunk»`, as messages do (`runtime.messages`). The other form, that of `nix-instantiate --eval` (`<CODE>`,
`<LAMBDA>`), is in `instantiated.py`.
"""

from __future__ import annotations

from nixlite.colours import GREEN, NORMAL, RED
from nixlite.errors import NixError, StackOverflow
from nixlite.runtime.coerce import coerce_to_store_path
from nixlite.runtime.depth import DEEPEST
from nixlite.runtime.messages import ATOMS, MessagePrinter, PrintLimits
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.thunk import force, peel_asked, stops

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy


class PrintOptions(PrintLimits):
    """How much is printed, and in which form; the defaults print everything there is on one line.

    `force`: evaluate what is printed. `derivation_paths`: with `force`, a derivation is `«derivation …drv»`.
    `indent`: columns a level, 0 for one line. `errors`: what a failing part does: "show" (`«error: …»`),
    "raise", or "raise-top" (raise only when the failing part is the whole). `limits`: those of `PrintLimits`.
    """

    __slots__ = ("colour", "derivation_paths", "errors", "force", "indent")

    def __init__(
        self,
        *,
        force: bool = False,
        derivation_paths: bool = False,
        indent: int = 0,
        errors: str = "show",
        colour: bool = False,
        **limits: int,
    ) -> None:
        PrintLimits.__init__(self, **limits)
        self.force = force
        self.derivation_paths = derivation_paths
        self.indent = indent
        self.errors = errors
        self.colour = colour


NIX_EVAL = PrintOptions(force=True, derivation_paths=True)
"""The form of `nix eval`."""


def show(value: Lazy, options: PrintOptions | None = None, state: State | None = None) -> str:
    """*value* in the form of *options*; the default is that of `builtins.trace`: everything, unforced."""
    printer = ValuePrinter(options or PrintOptions(), state)
    printer.write(value, 0)
    return "".join(printer.out)


def show_value(state: State, x: Lazy, options: PrintOptions | None = None) -> str:
    """*x* as `nix eval` prints it: evaluated all through, on one line, failing parts as `«error: …»`.

    Raises the error of *x* itself when that cannot be evaluated; its type or `drvPath` is a part like others.
    """
    force(x)
    printer = ValuePrinter(options or NIX_EVAL, state)
    printer.write(x, 0)
    return "".join(printer.out)


def derivation_path(state: State, x: Lazy) -> str:
    """The store path in a `drvPath`, which is forced; raises for what is no store path."""
    return coerce_to_store_path(state, x, "while evaluating the drvPath of a derivation")[0]


class ValuePrinter(MessagePrinter):
    """One print of a value; `out` holds the pieces written so far, also after an error.

    *state* is needed for the paths of derivations, so when printing forces, and for what is shown in the
    place of paths in pure evaluation.
    """

    def __init__(self, options: PrintOptions, state: State | None = None) -> None:
        MessagePrinter.__init__(self, options)
        self.options = options
        self.state = state
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
                    thunk: Any = x
                    self.write_thunk(thunk)
                    return
                value = force(x)
            elif type(x) is not list:
                value = x
            elif x[0] is None:
                value = x[1]
            else:
                self.write_thunk(x)
                return
            kind = type(value)
            if kind is dict:
                self.write_set(value, depth)
            elif kind is tuple:
                self.write_list(value, x, depth)
            else:
                ATOMS[kind](self, value)
        except StackOverflow:
            raise
        except NixError as error:
            if options.errors == "raise" or (options.errors == "raise-top" and depth == 0):
                raise
            self.coloured(RED, f"«error: {error.message}»")

    def coloured(self, colour: str, text: str) -> None:
        """See `MessagePrinter`."""
        self.out.append(f"{colour}{text}{NORMAL}" if self.options.colour else text)

    def shown_path(self, path: str) -> str:
        """See `MessagePrinter`."""
        return path if self.state is None else self.state.host.shown_path(path)

    def space(self, broken: bool) -> None:
        """See `MessagePrinter`."""
        self.out.append(self._newline if broken else " ")

    def deeper(self) -> None:
        """Indent what follows. As in Nix, an error on the way leaves it so for the rest of the print."""
        self._newline += " " * self.options.indent

    def shallower(self) -> None:
        """See `MessagePrinter`."""
        self._newline = self._newline[: len(self._newline) - self.options.indent]

    def breaks(self, items: list[Lazy] | tuple[Lazy, ...]) -> bool:
        """Whether each item gets a line of its own: forces a single item, which is printed anyway."""
        if not self.options.indent or not items:
            return False
        if len(items) > 1:
            return True
        only = items[0]
        kind = type(force(only))
        return kind is dict or kind is tuple

    def write_instead(self, attrs: dict[str, Lazy]) -> bool:
        """Write the path of a derivation, if that is wanted."""
        options = self.options
        if not (options.force and options.derivation_paths and is_derivation(attrs)):
            return False
        path = ""
        if self.state is not None and "drvPath" in attrs:
            path = f" {derivation_path(self.state, attrs['drvPath'])}"
        self.coloured(GREEN, f"«derivation{path}»")
        return True
