"""Directories that are no git repositories, in the words of libgit2: the messages are those of Nix 2.34.8."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from nixlite.errors import NixError
from nixlite.fetch.git_layout import check_repository
from nixlite.host.real import RealHost

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = {"HEAD": "ref: refs/heads/m\n", "objects/": "", "refs/": "", "config": "[core]\n\tbare = false\n"}
OPENING = 'opening Git repository "{0}": '
REFUSED = [
    # what differs from a whole repository, Nix's message with {0} for the path, the class of the error
    ({"HEAD": None}, OPENING + "could not find repository at '{0}'", 6),
    ({"objects/": None}, OPENING + "could not find repository at '{0}'", 6),
    ({"refs/": None}, OPENING + "could not find repository at '{0}'", 6),
    ({"HEAD": ""}, "resolving HEAD: corrupted loose reference file: HEAD", 4),
    ({"HEAD": "junk\n"}, "resolving HEAD: corrupted loose reference file: HEAD", 4),
    ({"HEAD": "ref:refs/heads/x"}, "resolving HEAD: corrupted loose reference file: HEAD", 4),
    ({"HEAD": "ref: refs/heads/..x\n"},
     "getting working directory status: the given reference name 'refs/heads/..x' is not valid", 4),
    ({"config": "[core]\n\tbare = maybe\n"}, OPENING + "failed to parse 'maybe' as a boolean", 7),
    ({"config": "[core]\n\tbare\n"},
     "getting working directory status: cannot status. This operation is not allowed against bare repositories.",
     6),
    ({"config": "[core]\n\tbare = 2\n"},
     "getting working directory status: cannot status. This operation is not allowed against bare repositories.",
     6),
    ({"config": "[core]\n\trepositoryformatversion = x\n"},
     OPENING + "failed to parse 'x' as a 32-bit integer", 7),
    ({"config": "[core]\n\trepositoryformatversion = 1k\n"},
     OPENING + "unsupported repository version 1024; only versions up to 1 are supported", 6),
    ({"config": "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tfoo = true\n"},
     OPENING + "unsupported extension name extensions.foo", 6),
    ({"config": "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n"},
     OPENING + "unknown object format 'sha256'", 6),
    ({"config": "[core\n"},
     OPENING + "failed to parse config file: missing ']' in section header (in {0}/.git/config:1)", 7),
    ({"config": '\n[core "x]\n'},
     OPENING
     + "failed to parse config file: missing closing quotation mark in section header (in {0}/.git/config:2)", 7),
    ({"config": "[co re]\n"},
     OPENING + "failed to parse config file: missing quotation marks in section header (in {0}/.git/config:1)", 7),
    ({"config": "[core]]\n"},
     OPENING + "failed to parse config file: invalid configuration key (in {0}/.git/config:1)", 7),
    ({"config": "[core]\n\tx = \\q\n"}, OPENING + "invalid escape at q", 7),
]  # fmt: skip
LINKS = [
    # the text of a file `.git`, Nix's message, the class of the error
    ("", "the `.git` file at '{0}/.git' is malformed", 6),
    ("junk\n", "the `.git` file at '{0}/.git' is malformed", 6),
    ("gitdir:\n", "the `.git` file at '{0}/.git' is malformed", 6),
    ("  gitdir: ../empty\n", "the `.git` file at '{0}/.git' is malformed", 6),
    ("gitdir: nowhere\n", "failed to resolve path '{0}/nowhere': No such file or directory", 2),
    ("gitdir: /nowhere/x\n", "failed to resolve path '/nowhere/x': No such file or directory", 2),
    ("gitdir: ../empty\n", "could not find repository at '{0}'", 6),
]


def refused(path: Path) -> str:
    """The message about what is no repository, without its number."""
    with pytest.raises(NixError) as caught:
        check_repository(RealHost(), str(path))
    return caught.value.message


@pytest.mark.parametrize(("changes", "message", "number"), REFUSED)
def test_what_is_no_repository(
    changes: dict[str, str | None], message: str, number: int, tmp_path: Path
) -> None:
    for name, text in {**WHOLE, **changes}.items():
        target = tmp_path / ".git" / name
        if text is None:
            continue
        (target if name.endswith("/") else target.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            target.write_text(text)
    assert refused(tmp_path) == f"{message.format(tmp_path)} (libgit2 error code = {number})"


@pytest.mark.parametrize(("text", "message", "number"), LINKS)
def test_what_is_no_link_to_one(text: str, message: str, number: int, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    place = tmp_path / "r"
    place.mkdir()
    (place / ".git").write_text(text)
    expected = (OPENING + message).format(place)
    assert refused(place) == f"{expected} (libgit2 error code = {number})"


def test_repositories_and_further_working_trees_are_opened(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a", *words], cwd=tmp_path, check=True)

    git("init", "-q", "r")
    check_repository(RealHost(), f"{tmp_path}/r")
    git("-C", "r", "commit", "-q", "--allow-empty", "-m", "x")
    git("-C", "r", "worktree", "add", "-q", "../w")
    git("-C", "r", "checkout", "-q", "--detach")
    for name in ("r", "w"):
        check_repository(RealHost(), str(tmp_path / name))
