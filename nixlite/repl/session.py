"""The REPL without a terminal: text goes in, a `Reply` comes out.

    session = Session(evaluator)
    session.send("x = 20")
    session.send("x + 1").text      # "21\\n"

Pipe, terminal, tests and other programs all drive this class; `app.py` and `terminal/` only move the texts.
An input is a command (`:t x`, see `commands/table.py`), bindings (`x = 1; inherit (s) a;`) or an expression.
"""

from __future__ import annotations

from nixlite.errors import NixError, did_you_mean, levenshtein
from nixlite.repl.conversation import Conversation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.repl.rows import ReplCommand


class Session(Conversation):
    """A conversation with commands."""

    def known_commands(self) -> dict[str, ReplCommand[Conversation]]:
        """Those of the session's style, by each of their names."""
        from nixlite.repl.commands.table import COMMANDS  # only those who use commands load them
        from nixlite.repl.rows import rows_by_name

        return rows_by_name(COMMANDS, compat=self.style.compat, stopped=self.debugging is not None)

    def talk(self) -> None:
        """Have the user type, on a terminal or in a pipe, until the input ends or they leave."""
        from nixlite.repl import app  # sessions of other programs do without

        app.run(self)

    def is_incomplete(self, text: str) -> bool:
        """Whether *text* needs more lines; it is parsed, not evaluated."""
        line = text.strip(" \n\r\t")
        if not line.startswith(":"):
            return super().is_incomplete(text)
        from nixlite.repl.rows import takes_expression

        name, *rest = line.split(None, 1)
        row = self.known_commands().get(name)
        if row is None or not takes_expression(row):
            return False
        return self.is_open_expression(rest[0] if rest else "")

    def process(self, line: str) -> None:
        """Do what one input says."""
        if line.startswith(":"):
            self.run_command(line)
        else:
            super().process(line)

    def run_command(self, line: str) -> None:
        """Do what a line that begins with a colon says; raises NixError for an unknown command."""
        name, *rest = line.split(None, 1)
        known = self.known_commands()
        if line.startswith(":!") and ":!" in known:
            name, rest = ":!", [line[2:].strip()]
        row = known.get(name)
        if row is None:
            # Two letters are near to everything.
            long_names = [other for other in known if len(other) > 3 and levenshtein(name, other) <= 1]
            hint = None if self.style.compat else did_you_mean(name, long_names)
            raise NixError(f"unknown command '{name}'", hint=hint)
        self.command = name
        text = row.action(self, rest[0] if rest else "")
        self.reply.write(text and f"{text}\n")
