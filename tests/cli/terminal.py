"""nixlite on a pseudo-terminal: what is written there, byte for byte."""

from __future__ import annotations

import errno
import os
import select
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

PATIENCE = 60.0


def type_ctrl_c(terminal: int) -> None:
    """Interrupt the program that runs on *terminal*."""
    os.write(terminal, b"\x03")


def said_on_terminal(words: Sequence[str | Path], folder: Path, environment: dict[str, str]) -> str:
    """All that a program writes to a terminal, as it is but for the ends of lines."""
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(words, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    found = b""
    try:
        while piece := os.read(ours, 65536):
            found += piece
    except OSError:  # Linux says so where the other side is closed
        pass
    os.close(ours)
    process.wait(PATIENCE)
    return found.decode().replace("\r\n", "\n")


def on_terminal(
    arguments: Sequence[str],
    home: Path,
    *,
    columns: int = 80,
    environment: dict[str, str] | None = None,
    wait_for: str | None = None,
    then: Callable[[int], object] = type_ctrl_c,
) -> tuple[str, int]:
    """Run nixlite with all its streams on a terminal; what it wrote (line ends as `\\n`), and its exit code.

    As soon as *wait_for* has been written, *then* is called with the terminal's descriptor.
    """
    import pty

    ours, theirs = pty.openpty()
    set_size(theirs, columns)
    names = {name: value for name, value in os.environ.items() if not name.startswith(("NIX_", "NO_COLOR"))}
    names |= {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "HOME": str(home)}
    names |= {"XDG_CACHE_HOME": str(home / ".cache"), **(environment or {})}
    process = subprocess.Popen(
        [sys.executable, "-m", "nixlite", *arguments],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=home, env=names, start_new_session=True,
        preexec_fn=take_terminal,  # noqa: PLW1509 - there are no threads
    )  # fmt: skip
    os.close(theirs)
    try:
        text = read_all(ours, wait_for, then)
        return text, process.wait(timeout=PATIENCE)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def take_terminal() -> None:
    """In the new process: make the terminal the one whose ctrl-c it gets."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def set_size(descriptor: int, columns: int) -> None:
    """Give a terminal its size."""
    import fcntl
    import struct
    import termios

    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


def read_all(descriptor: int, wait_for: str | None, then: Callable[[int], object]) -> str:
    """All that is written until the last writer is gone; see `on_terminal`."""
    data = b""
    end = time.monotonic() + PATIENCE
    while select.select([descriptor], [], [], max(0, end - time.monotonic()))[0]:
        try:
            piece = os.read(descriptor, 65536)
        except OSError as error:
            if error.errno == errno.EIO:  # Linux: nobody has the other end open
                break
            raise
        if not piece:
            break
        data += piece
        if wait_for is not None and wait_for.encode() in data:
            then(descriptor)
            wait_for = None
    return data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")


def screen(text: str) -> str:
    """What is left on the screen of output in which lines are only ever rewritten as a whole."""
    return "\n".join(line.split("\r\x1b[K")[-1] for line in text.split("\n"))
