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
    from nixlite.repl.commands.declaring import ReplCommand


class Session(Conversation):
    """A conversation with commands."""

    def known_commands(self) -> dict[str, ReplCommand]:
        """Those that the session's style has, by each of their names; at a stop also the debugger's.

        These come before those of the same name: `:step` is a step there.
        """
        from nixlite.repl.commands.table import COMMANDS  # only those who use commands load them

        found: dict[str, ReplCommand] = {}
        for debugging in (False, True) if self.debugging is not None else (False,):
            for row in COMMANDS:
                if row.debugging == debugging:
                    found.update(dict.fromkeys(row.names, row))
        return {name: row for name, row in found.items() if not (row.own and self.style.compat)}

    def talk(self) -> None:
        """Have the user type, on a terminal or in a pipe, until the input ends or they leave."""
        from nixlite.repl import app  # sessions of other programs do without

        app.run(self)

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
            if hint is None and not self.style.compat and is_for_stops(name):
                hint = "It is there where a program has stopped: ':debug' goes to where the last error was."
            raise NixError(f"unknown command '{name}'", hint=hint)
        if not any(rest) and row.needs_argument(self.style.compat):
            raise NixError(f"'{name}' needs an argument", hint=f"It is used so: {row.label(False, [name])}")
        self.command = name
        text = row.action(self, rest[0] if rest else "")
        self.reply.write(text and f"{text}\n")


def is_for_stops(name: str) -> bool:
    """Whether a command is one of the debugger's."""
    from nixlite.repl.commands.table import COMMANDS

    return any(row.debugging and name in row.names for row in COMMANDS)
