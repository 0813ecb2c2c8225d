"""A shell command of a cell (`:!`), whose output stands in the cell as it comes."""

from __future__ import annotations

import codecs
import os
import signal
import subprocess
from typing import TYPE_CHECKING

from nixlite.host.real import fs_path

if TYPE_CHECKING:
    from nixlite.host.host import Host

PIECE = 65536
"""Bytes that are read at once."""


def end(running: subprocess.Popen[bytes]) -> None:
    """End a command, and what it has started where the system knows what that is."""
    if hasattr(os, "killpg"):
        os.killpg(running.pid, signal.SIGKILL)
    else:
        running.kill()


def run_shell(host: Host, text: str, folder: str) -> str:
    """Run a command, both of its outputs written to the host's; what is to be said of its end. It has no
    input, and an interrupt ends it."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with subprocess.Popen(
        text,
        shell=True,
        cwd=fs_path(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # so that what it has started ends with it
    ) as running:
        assert running.stdout is not None
        try:
            while piece := os.read(running.stdout.fileno(), PIECE):
                host.write_stdout(decoder.decode(piece))
        except BaseException:
            end(running)
            raise
        code = running.wait()
    host.write_stdout(decoder.decode(b"", True))
    return f"(exit code {code})" if code else ""
