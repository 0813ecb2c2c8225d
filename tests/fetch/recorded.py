"""Fetches from files and local repositories, and what Nix 2.34.8 answered: `COMMANDS`, `answers.json`.

Each command runs in a directory with what `make_material` puts there, with an empty store and no cache. No
network, no Nix is needed to compare with the answers; `git` is.

    python -m tests.fetch.recorded ../shared/tools/real-nix     (a command that runs another with a real Nix)
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.fetch.archives import ARCHIVES
from tests.fetch.commands import COMMANDS

HERE = Path(__file__).parent
ANSWERS = HERE / "answers.json"
CASE = "/tmp/case"
TIME = 1700000000
ENVIRONMENT = {
    "NIX_PATH": "", "NO_COLOR": "1", "TERM": "dumb", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip
GIT = {
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
    "GIT_AUTHOR_DATE": f"{TIME} +0000", "GIT_COMMITTER_DATE": f"{TIME} +0000",
}  # fmt: skip
WALK = """\
# The store path of an archive's tree, which tells its content, and the kinds of what is in it.
{ archive }:
let
  tree = builtins.fetchTarball "file:///tmp/case/a/${archive}";
  walk = p: builtins.mapAttrs (n: kind: if kind == "directory" then walk "${p}/${n}" else kind) (builtins.readDir p);
in
[ tree (walk tree) ]
"""
FILES = {
    "walk.nix": WALK,
    "f.nix": "{ f = 2; }\n",
    "pkg/default.nix": "{ a = 1; }\n",
    "pkg/sub/b": "hi\n",
}


class Answer(NamedTuple):
    """A command line with its exit code and outputs."""

    line: str
    rc: int
    stdout: str
    stderr: str


def make_material(directory: Path) -> None:
    """Put files, archives and a git repository into an empty directory, the same each time."""
    for name, text in FILES.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(CASE, str(directory)))
    (directory / "pkg" / "l").symlink_to("default.nix")
    for path in (directory / "pkg", *(directory / "pkg").rglob("*")):
        os.utime(path, (TIME, TIME), follow_symlinks=False)
    (directory / "a").mkdir()
    for name, data in ARCHIVES.items():
        (directory / "a" / name).write_bytes(data)
    shutil.copytree(directory / "pkg", directory / "repo", symlinks=True)
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "x"]):
        subprocess.run(
            ["git", *words], cwd=directory / "repo", check=True, env={**os.environ, **ENVIRONMENT, **GIT}
        )


def words_of(line: str, directory: Path) -> list[str]:
    """The words of a command line, for the material in *directory*."""
    return [word.replace(CASE, str(directory)) for word in shlex.split(line)]


def mask(text: str, directory: Path) -> str:
    """*text* with the same name for the directory wherever it is."""
    return text.replace(str(directory), CASE)


def ask(prefix: list[str], line: str, directory: Path) -> Answer:
    """What a real Nix says, whose store and home directory are new ones beside *directory*."""
    home, store = directory.with_name("home"), directory.with_name("store")
    subprocess.run(["rm", "-rf", str(home), str(store)], check=True)  # a store is read-only
    variables = {
        **ENVIRONMENT, "HOME": str(home), "NIX_REMOTE": str(store), "NIX_CONFIG": "flake-registry =",
        "LANG": "C.UTF-8",
    }  # fmt: skip
    given = [f"{name}={value}" for name, value in variables.items()]
    done = subprocess.run(
        [*prefix, "env", "-u", "XDG_CACHE_HOME", *given, *words_of(line, directory)],
        cwd=directory, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Answer(line, done.returncode, mask(done.stdout, directory), mask(done.stderr, directory))


def main() -> None:
    """Record what a real Nix answers."""
    prefix = [os.path.abspath(sys.argv[1])]
    with tempfile.TemporaryDirectory(dir="/tmp") as holder:
        directory = Path(holder, "case")
        directory.mkdir()
        make_material(directory)

        answers = [ask(prefix, line, directory)._asdict() for line in COMMANDS]
    ANSWERS.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
