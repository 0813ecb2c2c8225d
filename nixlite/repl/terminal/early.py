"""The first prompt, shown before the line editor is loaded, which takes longer than all else at the start.

What is typed meanwhile waits for the editor: the terminal neither shows it nor takes it for a line.
"""

from __future__ import annotations

import sys

from nixlite.repl.style import PROMPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.host.host import Host


class EarlyPrompt:
    """Shows the prompt when it is made; `end` leaves the cursor where the editor writes its own."""

    def __init__(self, host: Host, prompt: str = PROMPT) -> None:
        self.host = host
        self.former: list[Any] | None = None
        try:
            import termios

            self.former = termios.tcgetattr(sys.stdin)
            now = termios.tcgetattr(sys.stdin)
            now[0] &= ~termios.ICRNL
            now[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG)
            termios.tcsetattr(sys.stdin, termios.TCSANOW, now)
        except (ImportError, OSError, ValueError):  # no such terminal: the editor knows what to do
            return
        host.write_stdout(prompt)
        host.flush()

    def end(self) -> None:
        """Have the terminal be as it was."""
        if self.former is not None:
            import termios

            termios.tcsetattr(sys.stdin, termios.TCSANOW, self.former)
            self.former = None
            self.host.write_stdout("\r")
            self.host.flush()
