"""`nixlite completion`: the scripts are put into real shells, and lines are completed there.

Neither nixlite nor Python is in the shells' `PATH`: a script that ran one would complete nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from nixlite.cli.running import read_command_line
from nixlite.cli.shell.completion import SHELLS, script
from nixlite.cli.shell.tables import (
    ANY,
    FOLDER,
    KINDS,
    MORE_KINDS,
    NIX,
    NOTHING,
    SETTING,
    VERBS,
    WORDS,
    entries,
    make,
    settings,
)
from nixlite.cli.table import COMMANDS
from tests.support import nixlite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENTRIES = entries()
FOLDERS = "/usr/bin:/bin"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    for name in ("a.nix", "with blank.nix", "x.txt", "flake.lock"):
        (tmp_path / name).touch()
    (tmp_path / "sub" / "notes.md").touch()
    return tmp_path


def in_bash(line: str, folder: Path) -> list[str]:
    """What bash is told; `compopt` works only while a person types, so it is put aside."""
    (folder / ".script").write_text(script("bash"), "utf-8")
    program = (
        "source .script; compopt() { :; }; COMP_WORDS=($1); [[ $1 == *' ' ]] && COMP_WORDS+=('')\n"
        "COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 )); _nixlite\n"
        'for word in "${COMPREPLY[@]}"; do printf \'%s\\n\' "$word"; done'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", program, "bash", line],
        cwd=folder, env={"PATH": FOLDERS}, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.splitlines()


def in_fish(line: str, folder: Path) -> list[str]:
    """What fish offers, without the descriptions."""
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    (folder / ".script").write_text(script("fish"), "utf-8")
    done = subprocess.run(
        ["fish", "--no-config", "-c", "source .script; complete -C $argv[1]", line],
        cwd=folder,
        env={"PATH": FOLDERS, "HOME": str(folder)},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    return [row.partition("\t")[0].rstrip("/") for row in done.stdout.splitlines()]


def in_zsh(line: str, folder: Path) -> list[str]:
    """What zsh hands to its menu: `compadd` is asked to note it."""
    if shutil.which("zsh") is None:
        pytest.skip("zsh is not installed")
    import pexpect

    (folder / ".script").write_text(script("zsh"), "utf-8")
    (folder / ".zshrc").write_text(
        "PS1='> '; autoload -Uz compinit; compinit -u -D; zstyle ':completion:*' list-grouped false\n"
        "source .script\n"
        'noted() { zle complete-word; print -r -- "$BUFFER" > .line; builtin echo done > .done }\n'
        "compadd() {\n"
        '  if [[ ${@[(I)-[OAD]]} -eq 0 ]]; then local -a got; builtin compadd -O got "$@"; print -rl -- $got >> .offers; fi\n'
        '  builtin compadd "$@"\n}\n'
        "zle -N noted; bindkey '^T' noted; print ready > .ready\n",
        "utf-8",
    )
    child = pexpect.spawn(
        "zsh", ["-i"], cwd=str(folder), dimensions=(50, 100), encoding="utf-8", timeout=60,
        env={"PATH": FOLDERS, "HOME": str(folder), "ZDOTDIR": str(folder), "TERM": "dumb"},
    )  # fmt: skip
    wait_for(folder / ".ready", child)
    child.send(line + "\x14")
    wait_for(folder / ".done", child)
    child.close(force=True)
    offers = folder / ".offers"
    return offers.read_text("utf-8").replace("\\ ", " ").split("\n") if offers.exists() else []


def wait_for(path: Path, child: object) -> None:
    """Until a file is there."""
    end = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < end, getattr(child, "before", "")
        try:
            child.expect_exact("\x00", timeout=0.05)  # type: ignore[attr-defined]
        except Exception:
            continue


@pytest.mark.parametrize("ask", [in_bash, in_fish, in_zsh])
@pytest.mark.parametrize(
    ("line", "offered", "others"),
    [
        ("nixlite ", ["eval", "flake", "why", "completion"], ["show", "a.nix", "--json"]),
        ("nixlite flake ", ["show", "lock"], ["eval", "a.nix"]),
        ("nixlite flake sh", ["show"], ["lock"]),
        ("nixlite eval --js", ["--json"], ["--raw"]),
        ("nixlite why --", ["--all", "--max-seconds"], ["--write-to", "--max-jobs"]),
        ("nixlite eval -f ", ["a.nix", "with blank.nix", "sub"], ["eval"]),
        ("nixlite eval --arg x 1 ", ["a.nix"], ["eval"]),
        ("nixlite eval --arg x ", [], ["a.nix", "eval", "--json"]),
        ("nixlite eval --log-format int", ["internal-json"], ["raw", "a.nix"]),
        ("nixlite hash path --format ", ["nix32", "sri"], ["sarif", "a.nix"]),
        ("nixlite lint --format ", ["sarif", "github"], ["nix32"]),
        ("nixlite hash file ", ["x.txt", "a.nix"], ["sri"]),
        ("nixlite cache ", ["warm", "clear"], ["a.nix"]),
        ("nixlite learn ", ["new", "sub"], ["a.nix"]),
        ("nixlite config show max-c", ["max-call-depth"], ["pure-eval"]),
        ("nixlite eval --option pure-", ["pure-eval"], ["a.nix"]),
        ("nixlite eval sub/", ["sub/notes.md"], ["a.nix"]),
    ],
)
def test_a_line_is_completed(
    ask: Callable[[str, Path], list[str]], line: str, offered: list[str], others: list[str], folder: Path
) -> None:
    found = {text.removeprefix("sub/") if ask is in_zsh else text for text in ask(line, folder)}
    wanted = {text.removeprefix("sub/") if ask is in_zsh else text for text in offered}
    assert wanted <= found
    assert not found & set(others)


@pytest.mark.parametrize("ask", [in_bash, in_fish])
def test_flags_before_the_command_and_words_after_two_dashes(
    ask: Callable[[str, Path], list[str]], folder: Path
) -> None:
    assert ask("nixlite -I . flake sh", folder) == ["show"]
    assert ask("nixlite eval -- --js", folder) == []


def test_bash_where_a_person_types(folder: Path) -> None:
    """With a blank in a file's name, which is quoted, and a slash behind a folder."""
    import pexpect

    (folder / ".script").write_text(script("bash"), "utf-8")
    child = pexpect.spawn(
        "bash", ["--norc", "-i"], cwd=str(folder), encoding="utf-8", timeout=60, dimensions=(40, 100),
        env={"PATH": FOLDERS, "TERM": "dumb", "PS1": "> ", "INPUTRC": "/dev/null", "HOME": str(folder)},
    )  # fmt: skip
    child.sendline("source .script; echo rea''dy")
    child.expect_exact("ready")
    child.send("nixlite ev\t--exp\t1 -f wi\t")
    child.expect_exact("nixlite eval --expr 1 -f with\\ blank.nix")
    child.send("\x15nixlite learn su\t")
    child.expect_exact("nixlite learn sub/")
    child.close(force=True)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_one_that_the_shell_reads(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    done = nixlite(["completion", shell], cwd=tmp_path)
    assert done.stderr == ""
    checked = subprocess.run([shell, "-n"], input=done.stdout, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "@" not in [line[:1] for line in done.stdout.splitlines()]


def test_another_shell_is_told_which_there_are(tmp_path: Path) -> None:
    for words, told in (["tcsh"], "for 'tcsh', only for bash, zsh and fish"), ([], "the name of a shell"):
        done = nixlite(["completion", *words], cwd=tmp_path)
        assert done.returncode == 1
        assert told in done.stderr


def test_tables_speak_of_what_there_is() -> None:
    labels = {label for each in ENTRIES for *_, labels, _ in each.flags for label in labels}
    flags = {(flag[0], label) for each in ENTRIES for flag in each.flags for label in flag[3]}
    assert set(KINDS) <= labels
    assert set(MORE_KINDS) <= flags
    assert set(WORDS) | set(VERBS) <= set(COMMANDS)


@pytest.mark.parametrize("each", ENTRIES, ids=[each.name for each in ENTRIES])
def test_a_command_takes_what_is_offered(each: object) -> None:
    """Each word that is offered for a flag is one that the command line may have."""
    assert isinstance(each, type(ENTRIES[0]))
    known = {NIX: ["a.nix"], ANY: ["a"], FOLDER: ["."], SETTING: settings()[:1], NOTHING: None}
    for name, _, _, labels, kinds in each.flags:
        for kind in kinds:
            for word in known.get(kind, kind.split()) or []:
                if len(labels) == 1:
                    command = make(each.name)
                    read_command_line(command, [name, word], command.flags)
