"""What is said of a command, as `:?` shows it. What the command does is added in `commands/declaring.py`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

EXPRESSIONS = ("<expr>", "[depth] <expr>", "<expr> <expr>")
"""Arguments that are Nix, which may go on over several lines."""


class Row:
    """What a command is called, what it takes, and what it does in a line or two and in more words.

    `own` marks what `nix repl` does not have: absent in its style. `own_argument` is what is taken in the
    other style if that is more than `argument`. `debugging`: only there in the debugger.
    """

    __slots__ = ("argument", "debugging", "explanation", "help", "names", "own", "own_argument")

    def __init__(
        self,
        names: Sequence[str],
        argument: str,
        help: str,  # noqa: A002
        explanation: str,
        *,
        own: bool,
        own_argument: str,
        debugging: bool,
    ) -> None:
        self.names = names
        self.argument = argument
        self.help = help
        self.explanation = explanation
        self.own = own
        self.own_argument = own_argument
        self.debugging = debugging

    def label(self, compat: bool, names: Sequence[str] = ()) -> str:
        """The left column of `:?`, with all names or these; the argument is that of the style."""
        argument = self.argument if compat else self.own_argument or self.argument
        return f"{', '.join(names or self.names)} {argument}".rstrip()

    def needs_argument(self, compat: bool) -> bool:
        """Whether it does nothing without an argument. (In `nix repl` each does what it happens to do.)"""
        argument = (self.own_argument or self.argument).replace("[<", "[")
        return not compat and "<" in argument

    @property
    def takes_expression(self) -> bool:
        """Whether the argument may go on over several lines."""
        return self.argument in EXPRESSIONS
