"""A learner on a terminal: keys, a screen that is read, and an editor that saves."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any

import pexpect
import pyte

from nixlite.learn.pages import columns
from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 30.0


class Learner:
    """`nixlite learn` on a terminal of some size; each thing that is waited for is timed."""

    def __init__(self, home: Path, width: int, height: int, *words: str, **environment: str) -> None:
        self.home, self.width, self.height = home, width, height
        self.screen = pyte.Screen(width, height)
        self.stream = pyte.ByteStream(self.screen)
        names = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("NIX_", "NO_COLOR", "XDG_"))
        }
        names |= {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "HOME": str(home), **environment}
        self.process: Any = pexpect.spawn(
            sys.executable,
            ["-m", "nixlite", "learn", *words],
            env=names,
            cwd=str(home),
            dimensions=(height, width),
        )

    def pump(self, seconds: float = 0.02) -> bool:
        """Read what there is to be read; False at the end."""
        try:
            while True:
                self.stream.feed(self.process.read_nonblocking(65536, seconds))
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False

    @property
    def text(self) -> str:
        """The screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait(self, *wanted: str, gone: str = "") -> float:
        """Wait until the screen shows all of that; the seconds that it took."""
        begin = time.monotonic()
        while time.monotonic() - begin < PATIENCE:
            alive = self.pump()
            flat = " ".join(self.text.split())
            if all(" ".join(one.split()) in flat for one in wanted) and (not gone or gone not in flat):
                self.check_width()
                return time.monotonic() - begin
            assert alive, f"it ended: {self.text}"
        raise AssertionError(f"{wanted} is not on the screen (or {gone!r} is):\n{self.text}")

    def check_width(self) -> None:
        """No line is cut off at the right: the last column is free but for the bar and wrapped keys."""
        for line in self.screen.display[1:]:
            assert columns(line.rstrip()) <= self.width

    def press(self, keys: str, *wanted: str, gone: str = "") -> float:
        """Press keys and wait for what they lead to."""
        self.process.send(keys)
        return self.wait(*wanted, gone=gone)

    def page_to(self, wanted: str) -> None:
        """Scroll down until that is to be seen."""
        for _ in range(40):
            self.pump(0.05)
            if " ".join(wanted.split()) in " ".join(self.text.split()):
                return
            if "↓ more" not in self.text:
                break
            self.process.send(" ")
            self.pump(0.05)
        self.wait(wanted)

    def end(self, keys: str = "\x03") -> int:
        """Leave; the exit code."""
        self.process.send(keys)
        begin = time.monotonic()
        while self.pump(0.05):
            assert time.monotonic() - begin < 5, self.text
        self.process.close()
        return int(self.process.exitstatus or 0)


def save(path: Path, text: str, *, replacing: bool) -> None:
    """Save as an editor does: into the file, or by putting another in its place."""
    if not replacing:
        path.write_text(text, "utf-8")
        return
    other = path.with_name(".exercise.nix.swp")
    other.write_text(text, "utf-8")
    os.replace(other, path)
