"""All commands as tables: their flags, and what can stand for each argument.

Nothing is evaluated: commands are made, but neither given words nor run.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from nixlite.cli.flags import LOG_FORMATS
from nixlite.cli.help import summary
from nixlite.cli.table import COMMANDS, GROUPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.cli.command import Command
    from nixlite.cli.flag import Flags

NIX, ANY, FOLDER, SETTING, NOTHING = "nix", "any", "folder", "setting", "nothing"
"""What an argument is: a file, best one of Nix; any file; a folder; the name of a setting; what no shell
knows. A kind with blanks lists the words themselves."""

KINDS = {
    "content-address-method": "flat nar text git",
    "dir": FOLDER,
    "file": NIX,
    "file-ingestion-method": "flat nar git",
    "flake-lock-path": ANY,
    "flake-url": FOLDER,
    "folder": FOLDER,
    "hash-algo": "md5 sha1 sha256 sha512",
    "hash-format": "base16 nix32 base64 sri",
    "path": ANY,
    "registry": ANY,
    "resolved-ref": FOLDER,
}
"""By an argument's label; where that does not say enough, by flag and label:"""
MORE_KINDS = {
    ("--attr", "path"): NOTHING,
    ("--format", "form"): "summary list all tree dot mermaid svg json",
    ("--format", "format"): "text json sarif github",
    ("--include", "path"): FOLDER,
    ("--junitxml", "file"): ANY,
    ("--log-format", "format"): " ".join(LOG_FORMATS),
    ("--option", "name"): SETTING,
    ("--profile", "file"): ANY,
}

WORDS = {
    "completion": NOTHING,
    "config show": SETTING,
    **dict.fromkeys(["flake archive", "flake check", "flake info", "flake lock", "flake metadata"], FOLDER),
    "flake show": FOLDER,
    "flake update": NOTHING,
    **dict.fromkeys([name for name in COMMANDS if name.startswith("hash ")], NOTHING),
    **dict.fromkeys(["hash file", "hash path", "store add", "store add-file", "store add-path", "test"], ANY),
    **dict.fromkeys(["learn", "playground build", "playground serve"], FOLDER),
    **dict.fromkeys([name for name in COMMANDS if name.startswith("registry ")], NOTHING),
    **dict.fromkeys(["kernel install", "kernel start", "lsp"], NOTHING),
}
"""What the words of a command are that are no flags, for those of which not most are files of Nix."""
VERBS = {
    "cache": "warm info clear",
    "completion": "bash zsh fish",
    "derivation": "show",
    "learn": "new",
}
"""What the first of these words is, or with `OPTIONAL` may be."""
OPTIONAL = frozenset({"learn"})


class Entry(NamedTuple):
    """A command: its name, one line on what it is for, its flags, and what its words are.

    `flags` has those with help only, as (name, short form or "", help, labels, kinds of the labels);
    `silent` the others that take words: what follows them is no word of the command's.
    """

    name: str
    summary: str
    flags: list[tuple[str, str, str, list[str], list[str]]]
    silent: list[tuple[str, str, list[str]]]
    words: str
    verbs: list[str]

    @property
    def first(self) -> list[str]:
        """What kinds the first word may have."""
        if not self.verbs:
            return [self.words]
        return [" ".join(self.verbs), *([self.words] if self.name in OPTIONAL else [])]


def entry(name: str) -> Entry:
    """The entry of a command. Its module is loaded."""
    command = make(name)
    flags: Flags = command.flags
    shown = [
        (long, flag.short, flag.help, flag.labels.split(), kinds(long, flag.labels))
        for long, flag in flags.items()
        if flag.help
    ]
    silent = [
        (long, flag.short, kinds(long, flag.labels))
        for long, flag in flags.items()
        if not flag.help and flag.labels
    ]
    verbs = VERBS.get(name, "").split()
    return Entry(name, summary(command), shown, silent, WORDS.get(name, NIX), verbs)


def entries() -> list[Entry]:
    """All commands, in the order of their names."""
    return [entry(name) for name in sorted(COMMANDS)]


def make(name: str) -> Command:
    """A command that nothing has been asked of; its module is loaded."""
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings

    module, _, kind = COMMANDS[name].rpartition(".")
    __import__(module)
    made: Command = getattr(sys.modules[module], kind)(Settings(), Host())
    return made


def kinds(name: str, labels: str) -> list[str]:
    """What each argument of a flag is."""
    return [MORE_KINDS.get((name, label)) or KINDS.get(label, NOTHING) for label in labels.split()]


def groups() -> dict[str, list[str]]:
    """The second words of commands of two words, by the first."""
    return {
        group: sorted([name.partition(" ")[2] for name in COMMANDS if name.startswith(f"{group} ")])
        for group in sorted(GROUPS)
    }


def top_words() -> list[str]:
    """What can stand first on a command line."""
    return sorted({name.partition(" ")[0] for name in COMMANDS})


def settings() -> list[str]:
    """The names of all settings."""
    from nixlite.host.setting_names import KIND_OF

    return sorted(KIND_OF)
