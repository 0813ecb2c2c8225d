"""How the program `git` is started: what both who fetches and who looks whether anything has changed need."""

from __future__ import annotations

ENVIRONMENT: dict[str, str | None] = {
    "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0",
    "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": "false",
    "GIT_DIR": None, "GIT_WORK_TREE": None, "GIT_INDEX_FILE": None,
}  # fmt: skip
"""Git asks nobody, speaks English, writes nothing into a repository that is only read, starts no program that
this names as its monitor, and looks at no other repository than it is told."""

LISTED = ("ls-files", "-z", "--stage")
"""What lists the files that git tracks."""
