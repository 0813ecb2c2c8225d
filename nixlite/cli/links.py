"""Places in files, such as `pkgs/a.nix:3:5`, as links that a terminal opens (OSC 8).

They are put into text that is laid out already: what a link adds has no width. `NIXLITE_HYPERLINKS=1` has
them written wherever the text goes, 0 nowhere; else they go to a terminal that has colours.

How a line is named in a link has no standard. A `file:` link is opened at the file's beginning: a fragment in
it would make GLib, and with it GNOME's terminals, look for no file at all. Terminals that are known to take
more get more: kitty's `open-actions` read a number behind `#`, and VS Code opens `vscode://file/PATH:LINE`.
"""

from __future__ import annotations

from nixlite.errors import NixError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

    from nixlite.host.host import Host
    from nixlite.host.settings import Settings

SETTING = "NIXLITE_HYPERLINKS"
PLACE = r"(?<![^\s(m])((?:<[\w.+-]+>/?)?[^\s\x00-\x1f:()'\"«»<>…,;`]*):([1-9]\d*)(?::([1-9]\d*))?(?![\w.])"
"""A file as it is shown (from the working directory on, absolute, or below `<NAME>`), line and column. What
comes before is a blank, a bracket or the end of a colour."""
START, END = "\x1b]8;", "\x1b\\"


def linked(text: str, host: Host, settings: Settings, stream: str = "stdout") -> str:
    """*text* for a stream, its places being links if that is wanted there."""
    if ":" not in text or not wanted(host, stream):
        return text
    import re  # slow to load, and seldom

    known: dict[str, str] = {}

    def link(match: re.Match[str]) -> str:
        name = match[1]
        if name not in known:
            known[name] = file_of(name, host, settings)
        path = known[name]
        if not path:
            return match[0]
        return f"{START};{address(path, match[2], match[3] or '1', host)}{END}{match[0]}{START};{END}"

    return re.sub(PLACE, link, text)


def wanted(host: Host, stream: str) -> bool:
    """Whether text for a stream has links."""
    chosen = host.get_env(SETTING)
    if chosen in ("0", "1"):
        return chosen == "1"
    return host.stderr_colour() if stream == "stderr" else host.is_terminal(stream) and host.colours_wanted()


def file_of(name: str, host: Host, settings: Settings) -> str:
    """The absolute path of a file as it is shown; empty where there is none."""
    from nixlite.spelling import normalise

    paths = [name if name.startswith("/") else f"{settings.cwd}/{name}"]
    if name.startswith("<"):
        from nixlite.host.lookup_path import parse_entry

        prefix, _, rest = name[1:].partition(">")
        entries = [*settings.lookup_path, *map(parse_entry, settings.nix_path)]
        paths = [f"{path}{rest}" for known, path in entries if known == prefix and ":" not in path]
        paths += [f"{path}/{prefix}{rest}" for known, path in entries if not known and ":" not in path]
    for path in paths:
        whole = normalise(path if path.startswith("/") else f"{settings.cwd}/{path}")
        try:
            if host.file_type(whole) in ("regular", "symlink"):
                return whole
        except NixError:  # not to be looked at
            continue
    return ""


def address(path: str, line: str, column: str, host: Host) -> str:
    """Where a link leads."""
    from urllib.parse import quote  # seldom

    quoted = quote(path.encode("utf-8", "surrogateescape"))
    if host.get_env("TERM_PROGRAM") == "vscode":
        return f"vscode://file{quoted}:{line}:{column}"
    more = f"#{line}" if host.get_env("TERM") == "xterm-kitty" else ""
    return f"file://{this_machine()}{quoted}{more}"


def this_machine() -> str:
    """The name of the machine, by which a terminal knows whether the file is on its own."""
    import os

    return os.uname().nodename if hasattr(os, "uname") else ""
