"""The first prompt, shown before the line editor is loaded, which takes longer than all else at the start.

The editor is loaded by another thread. What is typed meanwhile is shown as it will be, as long as that is
plain text, and handed over; what comes from the first other key on is not shown, and handed over as keys.
"""

from __future__ import annotations

import os
import sys

from nixlite.repl.prompts import BANNER, PROMPT
from nixlite.repl.terminal.startup import startup_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.host.host import Host

DELETE = (8, 127)
"""What terminals send for the key that deletes backwards."""


def is_terminal(host: Host) -> bool:
    """Whether a person sits at both ends, with a terminal that can do more than print."""
    if host.get_env("TERM") in ("", "dumb"):
        return False
    return host.is_terminal("stdin") and host.is_terminal("stdout")


def first_prompt(host: Host) -> EarlyPrompt | None:
    """The banner and the prompt; None where something else may come before: no terminal, a start-up file."""
    if not is_terminal(host) or os.path.lexists(startup_path(host)):
        return None
    host.write_stderr(BANNER)
    return EarlyPrompt(host)


class EarlyPrompt:
    """Shows the prompt when it is made; `end` leaves the cursor where the editor writes its own.

    `text` is what was typed and shown so far, `rest` the keys that came after, as bytes.
    """

    def __init__(self, host: Host, prompt: str = PROMPT) -> None:
        self.host = host
        self.former: list[Any] | None = None
        self.text = ""
        self.rest = b""
        self.room = 0
        try:
            import termios

            self.former = termios.tcgetattr(sys.stdin)
            now = termios.tcgetattr(sys.stdin)
            now[0] &= ~termios.ICRNL
            now[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG)
            termios.tcsetattr(sys.stdin, termios.TCSANOW, now)
            self.room = os.get_terminal_size(sys.stdout.fileno()).columns - len(prompt) - 1
        except (ImportError, OSError, ValueError):  # no such terminal: the editor knows what to do
            return
        self.show(prompt)

    def show(self, text: str) -> None:
        """Write to the terminal."""
        self.host.write_stdout(text)
        self.host.flush()

    def attend(self, load: Callable[[], object]) -> None:
        """Call *load* in another thread, and show meanwhile what is typed. Raises what *load* raises."""
        if self.former is None:
            load()
            return
        from _thread import start_new_thread
        from select import select

        keys, (done, finish) = sys.stdin.fileno(), os.pipe()
        failed: list[BaseException] = []

        def run() -> None:
            try:
                load()
            except BaseException as error:
                failed.append(error)
            finally:
                os.close(finish)

        start_new_thread(run, ())
        try:
            watched = [done, keys]
            while done not in select(watched, [], [])[0]:
                data = os.read(keys, 1024)
                self.take(data)
                if not data:
                    watched.remove(keys)
        finally:
            os.close(done)
        if failed:
            raise failed[0]

    def take(self, data: bytes) -> None:
        """Take keys that were pressed; "" is the end of the input."""
        if self.rest or not data:
            self.rest += data or b"\x04"
            return
        for at, byte in enumerate(data):
            if 32 <= byte < 127 and len(self.text) < self.room:
                self.text += chr(byte)
                self.show(chr(byte))
            elif byte in DELETE:
                if self.text:
                    self.text = self.text[:-1]
                    self.show("\b \b")
            else:
                self.rest = data[at:]
                return

    def end(self) -> None:
        """Have the terminal be as it was."""
        if self.former is not None:
            import termios

            termios.tcsetattr(sys.stdin, termios.TCSANOW, self.former)
            self.former = None
            self.show("\r")
