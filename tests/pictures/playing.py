"""What is typed, and the screens that come of it."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pyte

from tests.learn.learner import Learner
from tests.pictures.drawing import Still, Wait, drawing, still
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

PLACE = ROOT / "nixlite/docs/pictures"
PATIENCE = 60
QUIET = 0.5
"""Seconds without a change, after which a screen is what it will be, on a machine that has much to do, too."""

FILE = """\
with import <nixpkgs> { };
python3Packages.pytorch-lightning.overrideAttrs (old: {
  version = "0.9.0";
  src = old.src.overrideAttrs { rev = "0.9.0"; };
})
"""
"""The question of the forum: how does one get another version of that package?"""

PROMPT = "\x1b[90m$\x1b[0m "
COLUMNS, ROWS = 100, 80
LEARNING = (82, 20)


def stale() -> str:
    """The picture of `nixlite stale`: the command as one types it, and the answer."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    typed = f"{PROMPT}cat lightning.nix\n{FILE}{PROMPT}nixlite stale lightning.nix\n"
    stream.feed(typed.replace("\n", "\r\n").encode())
    with tempfile.TemporaryDirectory() as home:
        Path(home, "lightning.nix").write_text(FILE, "utf-8")
        process = pexpect.spawn(
            "/bin/sh",  # a slow machine has a line of progress on stderr
            ["-c", '"$0" -m nixlite stale lightning.nix 2>said', sys.executable],
            cwd=home,
            env={"PATH": os.environ["PATH"], "HOME": home, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"},
            dimensions=(ROWS, COLUMNS),
            timeout=PATIENCE,
        )
        stream.feed(process.read())
        process.close()
        assert Path(home, "said").read_text("utf-8") == ""
    assert process.exitstatus == 1, screen.display  # something did not get through
    what = (
        "A terminal: nixlite stale says which values of an override reached the build, which did not and why"
    )
    return drawing("nixlite stale", what, [(still(screen), Wait(0))])


def learn() -> str:
    """The picture of `nixlite learn`: a prediction of lesson 14 that is wrong, in three steps."""
    with tempfile.TemporaryDirectory() as home:
        learner = Learner(Path(home), *LEARNING)
        try:
            frames = predict(learner)
        finally:
            learner.process.close(force=True)
    what = "A terminal: nixlite learn asks what an override changes, and explains what really happens"
    return drawing("nixlite learn", what, frames)


def predict(learner: Learner) -> list[tuple[Still, Wait]]:
    """What is on the screen when the question is asked, when it is answered, and then."""
    learner.wait("Enter open")
    learner.press("14\r", "The package of the forum", "Enter predict")
    learner.page_to("what this changes.")
    learner.press("\r", "Which revision is fetched?", "Enter answer")
    frames = [(settled(learner), Wait(3.5))]
    for typed in ('"0.', '"0.9.0"'):
        learner.press(typed.removeprefix('"0.') if len(frames) > 1 else typed, f"> {typed}")
        frames.append((settled(learner), Wait(0.5 if len(frames) == 1 else 1.5)))
    learner.press("\r", "It is:", "Enter go on")
    return [*frames, (settled(learner), Wait(9))]


def settled(learner: Learner) -> Still:
    """The screen when it does not change any more: what was waited for may be there before the rest is."""
    before, begin = None, time.monotonic()
    while (now := still(learner.screen, cursor=True)) != before:
        assert time.monotonic() - begin < PATIENCE, learner.text
        before = now
        assert learner.pump(QUIET), f"it ended: {learner.text}"
    return now


PICTURES: dict[str, Callable[[], str]] = {"stale.svg": stale, "learn.svg": learn}
