"""The walk in plain lines: for a pipe, and for terminals that can do no more (`TERM=dumb`)."""

from __future__ import annotations

import os
import select
import sys

from nixlite.learn.editing import edit
from nixlite.learn.pages import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.learn.walk import Walk

TICK = 0.05
WIDTH = 80


def run(walk: Walk) -> int:
    """Talk in lines until the learner leaves; returns the exit code."""
    shown = -1
    while True:
        if walk.stage == "task":
            walk.look()
        if walk.job is not None:
            walk.take_now()
        if shown != walk.version:
            shown = walk.version
            write(walk)
        line = read_line(walk)
        if line is None:
            walk.cancel()
            sys.stdout.write("\n")
            return 0
        if line == "" and walk.version != shown:  # the exercise was saved meanwhile
            continue
        if answer(walk, line.strip()) == "quit":
            return 0


def answer(walk: Walk, line: str) -> str:
    """Do what a line says."""
    if walk.typing and line not in (":q", ":l"):
        walk.submit(line)
        return ""
    if walk.stage == "list" and line.isdigit():
        walk.picked = (
            line if any(str(lesson.number) == line for lesson in walk.course.lessons) else walk.picked
        )
        line = ""
    did = walk.press(line.removeprefix(":")[:1] or "enter")
    if did == "edit":
        walk.notice = edit(str(walk.desk.path(walk.lesson)))
        walk.version += 1
    return did


def write(walk: Walk) -> None:
    """Write the page, and what may be typed."""
    keys = " · ".join(f"{key} {what}" for key, what in walk.offers() if not key.startswith(("Ctrl", "↑")))
    if walk.stage == "list":
        keys = "Enter open · a lesson's number · q leave"
    elif walk.typing:
        keys = "your prediction (Enter: none) · :l list · :q leave"
    notice = f"{plain(walk.notice, WIDTH)}\n" if walk.notice else ""
    sys.stdout.write(f"\n{plain(walk.page(), WIDTH)}\n\n{notice}[{keys}]\n> ")
    sys.stdout.flush()


def read_line(walk: Walk) -> str | None:
    """A line of the standard input; None at its end. Empty as well when the exercise was saved meanwhile."""
    version = walk.version
    while walk.stage == "task" and os.name == "posix" and not select.select([sys.stdin], [], [], TICK)[0]:
        walk.look()
        if walk.version != version:
            return ""
    line = sys.stdin.readline()
    return line if line else None
