"""How the REPL looks: its prompt, and its answers in its own style or `nix repl`'s to the byte."""

from __future__ import annotations

from nixlite.colours import Theme
from nixlite.errors import NixError
from nixlite.formats.nix.evaluated import PrintOptions, ValuePrinter
from nixlite.formats.nix.layout import LayoutOptions, everything, show_layout
from nixlite.runtime.messages import UNLIMITED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy

    Printer = Callable[[Lazy], tuple[str, NixError | None]]


class Style:
    """The look of answers.

    `compat` is `nix repl`'s: `layout` then plays no part. `nix_values` writes only the values as `nix repl`
    does. `colour` is for terminals: there `theme` ("auto", "dark", "light" or "none") says what colours are,
    with "auto" by the `background` of the terminal ("" while that is not known) and its `many` colours.
    """

    def __init__(
        self, *, compat: bool = False, colour: bool = False, layout: LayoutOptions | None = None
    ) -> None:
        self.compat = compat
        self.nix_values = compat
        self.colour = colour
        self.layout = layout or LayoutOptions(colour=colour)
        self.theme = "auto"
        self.background = ""
        self.many = True

    def set_theme(self, name: str) -> None:
        """Take the colours of another theme from now on; "none" has none."""
        self.theme = name
        self.colour = self.layout.colour = name != "none"

    def current_theme(self) -> Theme:
        """The colours there are now."""
        if not self.colour:
            return Theme("none", many=self.many)
        name = self.theme if self.theme != "auto" else self.background or "either"
        return Theme(name, many=self.many)

    def painted(self, text: str) -> str:
        """A message in the colours of the theme, where there are colours."""
        return text if self.compat or not self.colour else self.current_theme().painted(text)

    def printer(self, state: State, *, whole: bool = False, depth: int | None = None) -> Printer:
        """A function that gives a value's text, as far as it got, and the error that stopped it.

        *whole*: everything there is (`:p`), down to *depth* when that is given.
        """
        if self.nix_values:
            return self._compatible_printer(state, whole)
        options = self.layout
        errors = options.errors = []
        options.failed = []
        if whole:
            options = everything(options, max_depth=UNLIMITED if depth is None else depth)
            options.open_derivation = True
            options.errors = errors

        def show_own(x: Lazy) -> tuple[str, NixError | None]:
            try:
                return show_layout(state, x, options), None
            except NixError as error:
                return "", error

        return show_own

    def _compatible_printer(self, state: State, whole: bool) -> Printer:
        options = PrintOptions(
            force=True,
            derivation_paths=True,
            errors="raise-top",
            indent=2,
            max_depth=UNLIMITED if whole else 1,
            colour=self.colour,
        )

        def show_compatible(x: Lazy) -> tuple[str, NixError | None]:
            printer = ValuePrinter(options, state)
            failed = None
            try:
                printer.write(x, 0)
            except NixError as error:
                failed = error
            return "".join(printer.out), failed

        return show_compatible
