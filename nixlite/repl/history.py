"""The inputs of all sessions on a terminal, in one file: each with its time, its session and its folder.

The form is that of prompt_toolkit's `FileHistory`, the marks being comments to it:

    # 2026-11-26 16:01:02 7f3a /home/me/project
    +let
    +  x = 1; in x
"""

from __future__ import annotations

import os

from nixlite.resources import state_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.host.host import Host


class Entry:
    """An input of some session: when, in which, where, and what, perhaps over several lines."""

    __slots__ = ("folder", "session", "text", "time")

    def __init__(self, time: str, session: str, folder: str, text: str) -> None:
        self.time = time
        self.session = session
        self.folder = folder
        self.text = text


def history_path(host: Host) -> str | None:
    """The file in the user's state directory, made if need be; None where there is none, or it cannot be
    written."""
    directory = state_in(host.get_env("XDG_STATE_HOME"), host.home())
    if directory is None:
        return None
    try:
        os.makedirs(directory, mode=0o700, exist_ok=True)
        path = os.path.join(directory, "repl-history")
        with open(path, "ab"):
            pass
    except OSError:
        return None
    return path


def written(entry: Entry) -> str:
    """An entry as it is added to the file."""
    lines = "".join([f"+{line}\n" for line in entry.text.split("\n")])
    return f"\n# {entry.time} {entry.session} {entry.folder}\n{lines}"


def entries(path: str) -> list[Entry]:
    """All that is in a file, oldest first. What has no marks is of a session that had none yet."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return []
    found: list[Entry] = []
    time = session = folder = ""
    lines: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.startswith("+"):
            lines.append(line[1:])
            continue
        if lines:
            found.append(Entry(time, session, folder, "\n".join(lines)))
            lines = []
        if line.startswith("# "):
            day, hour, session, folder = [*line[2:].split(" ", 3), "", "", "", ""][:4]
            time = f"{day} {hour.partition('.')[0]}"
    return found


def nearest_first(found: list[Entry], folder: str) -> list[str]:
    """The texts, newest first, but those that were given in the same folder before all others."""
    newest = found[::-1]
    here = [entry.text for entry in newest if entry.folder == folder]
    return here + [entry.text for entry in newest if entry.folder != folder]
