"""Tests, hooks, formats for programs, shells, manual pages and the one file, as the pages say, with an installed
nixlite in a fresh folder. What each prints in all cases is for the tests of its room."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from nixlite.cli.shell.completion import SHELLS
from nixlite.cli.table import COMMANDS
from tests.cli.terminal import said_on_terminal
from tests.support import ROOT
from tests.tools.conftest import here
from tests.tools.pages import SHOWN, block, follow

if TYPE_CHECKING:
    from pathlib import Path

    from tests.test_readme import Console
    from tests.tools.conftest import Installed


def test_it_is_the_installed_one(installed: Installed, home: Path) -> None:
    done = installed.run(["python", "-c", "import nixlite, lark; print(nixlite.__file__)"], home)
    assert done.stdout.startswith(str(installed.folder)), done.stderr
    first = (installed.bin / "nixlite").read_text("utf-8").split("\n")[0]
    assert first.startswith(f"#!{installed.folder}")


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: shown.body.split("\n")[0])
def test_the_pages_show_what_it_prints(installed: Installed, home: Path, shown: Console) -> None:
    follow(installed, home, shown)


# -- tests that are written in Nix

SUITE = """\
{
  testGood = { expr = 1; expected = 1; };
  testWrong = { expr = { a = 1; }; expected = { a = 2; }; };
  inner.testError = { expr = throw "no"; expectedError = { type = "ThrownError"; msg = "n."; }; };
  testBroken = { expr = 1 + "a"; expected = 1; };
}
"""
FLAKE = "{ outputs = { self }: { tests.testFlake = { expr = 1; expected = 1; }; }; }\n"


@pytest.fixture
def suites(home: Path) -> Path:
    (home / "tests.nix").write_text(SUITE, "utf-8")
    (home / "more_test.nix").write_text("{ testMore = { expr = 2; expected = 2; }; }\n", "utf-8")
    (home / "flake.nix").write_text(FLAKE, "utf-8")
    (home / "page.md").write_text("```nix\n1 + 1\n=> 2\n```\n", "utf-8")
    (home / "test_it.py").write_text(block("python", "def test_hello(nix, nixpkgs)"), "utf-8")
    return home


def test_suites_in_a_fresh_folder(installed: Installed, suites: Path) -> None:
    """In this order: what `--lf` runs depends on the run before."""
    for words, said in [
        ([], "2 failed, 4 passed"),
        (["--lf"], "2 failed"),
        (["-k", "Good or More"], "2 passed, 4 deselected"),
        (["-x", "tests.nix"], "1 failed, 1 passed"),
        (["-n", "2"], "2 failed, 4 passed"),
        (["page.md"], "1 passed"),
        ([".#tests"], "1 passed"),
    ]:
        done = installed.run(["nixlite", "test", "-q", *words], suites)
        assert re.search(rf"^{said}\b", done.stdout, re.M), (words, done.stdout + done.stderr)
        assert done.returncode == int("failed" in said)
        assert "Traceback" not in done.stdout + done.stderr


def test_pytest_finds_them_beside_those_in_python(installed: Installed, suites: Path) -> None:
    done = installed.run(["pytest", "-q", "-p", "no:cacheprovider"], suites)
    assert re.search(r"^2 failed, [4-5] passed", done.stdout, re.M), done.stdout + done.stderr
    assert "test_it.py" not in done.stdout.partition("FAILURES")[2]
    assert "~ a: 2 → 1" in done.stdout


# -- pre-commit and CI


@pytest.mark.parametrize("program", ["pre-commit", "prek"])
def test_hooks_of_the_repository(home: Path, program: str) -> None:
    """Both make environments with what they download, so it is tried only where somebody has installed them."""
    found = here(program)
    if found is None or shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip(f"{program}, git or a repository is not here")
    (home / "tests.nix").write_text(SUITE, "utf-8")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x"]
    subprocess.run([*git, "init", "-q"], cwd=home, check=True)
    subprocess.run([*git, "add", "-A"], cwd=home, check=True)
    caches = {"PRE_COMMIT_HOME": str(home / "cache"), "PREK_HOME": str(home / "cache")}
    done = subprocess.run(
        [found, "try-repo", str(ROOT), "--all-files"], cwd=home, env=os.environ | caches, check=False,
        capture_output=True, encoding="utf-8", timeout=600,
    )  # fmt: skip
    told = dict(re.findall(r"^(nixlite \w+)\.+(\w+)$", done.stdout, re.M))
    assert told == {"nixlite lint": "Passed", "nixlite parse": "Passed", "nixlite test": "Failed"}


def test_what_is_found_is_written_for_programs(installed: Installed, home: Path) -> None:
    (home / "trap.nix").write_text("final: prev: { gd = final.gd.overrideAttrs { }; }\n", "utf-8")
    (home / "over.nix").write_text(
        '(import <nixpkgs> { }).hello.overrideAttrs { version = "9.9"; }\n', "utf-8"
    )
    for command in (["lint", "trap.nix"], ["stale", "over.nix"]):
        sarif = installed.run(["nixlite", *command, "--format", "sarif"], home)
        log = json.loads(sarif.stdout)
        assert log["version"] == "2.1.0"
        results = log["runs"][0]["results"]
        places = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results]
        assert set(places) == {command[1]}
        github = installed.run(["nixlite", *command, "--format", "github"], home)
        lines = github.stdout.splitlines()
        assert len(lines) == len(results)
        assert all(
            re.match(rf"::(error|warning|notice) .*\bfile={command[1]},line=1\b", one) for one in lines
        )
        assert github.returncode == sarif.returncode == 1


# -- shells


def test_all_is_where_a_system_looks_for_it(installed: Installed, home: Path) -> None:
    share = installed.folder / "share"
    for shell, place in {
        "bash": "bash-completion/completions/nixlite",
        "zsh": "zsh/site-functions/_nixlite",
        "fish": "fish/vendor_completions.d/nixlite.fish",
    }.items():
        done = installed.run(["nixlite", "completion", shell], home)
        assert (share / place).read_text("utf-8") == done.stdout
        assert shell in SHELLS


def advice(installed: Installed, home: Path, shell: str) -> None:
    """Do what `nixlite completion --help` says."""
    said = installed.run(["nixlite", "completion", "--help"], home).stdout
    (line,) = re.findall(rf"^ +(nixlite completion {shell} > (\S+))$", said, re.M)
    place = line[1].replace("~", str(home))
    os.makedirs(os.path.dirname(place))
    installed.shell(line[0], home)


def typed(installed: Installed, home: Path, shell: str, words: list[str], *keys: tuple[str, str]) -> None:
    """Type into a shell as a person does; after each key something is expected."""
    pexpect = pytest.importorskip("pexpect")
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not here")
    child = pexpect.spawn(
        found, words, cwd=str(home), dimensions=(50, 100), encoding="utf-8", timeout=60,
        env=installed.environment(home, ZDOTDIR=str(home)),
    )  # fmt: skip
    try:
        child.expect_exact("ready")
        for key, answer in keys:
            child.send(key)
            child.expect(answer)
    finally:
        child.close(force=True)


def test_bash_completes(installed: Installed, home: Path) -> None:
    """As a person types it: TAB finishes the only word that there is."""
    advice(installed, home, "bash")
    lines = "source ~/.local/share/bash-completion/completions/nixlite\nPS1='> '; echo rea''dy\n"
    (home / ".bashrc").write_text(lines, "utf-8")
    typed(
        installed, home, "bash", ["-i"],
        ("nixlite flak\t", r"flake\s"), ("sho\t", r"show\s"), ("--all-sys\t", "--all-systems"),
    )  # fmt: skip


def test_fish_completes(installed: Installed, home: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not here")
    advice(installed, home, "fish")
    done = installed.run(["fish", "-c", "complete -C 'nixlite fla'"], home)
    assert done.stdout.startswith("flake"), done.stderr


def test_zsh_completes(installed: Installed, home: Path) -> None:
    advice(installed, home, "zsh")
    said = " ".join(installed.run(["nixlite", "completion", "--help"], home).stdout.split())
    assert "fpath+=~/.zfunc; autoload -Uz compinit; compinit" in said
    lines = "fpath+=~/.zfunc; autoload -Uz compinit; compinit -u\nPS1='> '; echo rea''dy\n"
    (home / ".zshrc").write_text(lines, "utf-8")
    typed(installed, home, "zsh", ["-i"], ("nixlite flak\t", r"flake\s"), ("sho\t", r"show\s"))


def test_manual_pages_are_found(installed: Installed, home: Path) -> None:
    """`man` looks beside the folders of the path."""
    if (
        shutil.which("man") is None
        or "nixlite-why"
        not in (
            manual := installed.run(["man", "nixlite-why"], home, MANWIDTH="80", MANPAGER="cat").stdout
        ).lower()
    ):
        pytest.skip("there is no man, or one without pages")
    text = re.sub(r".\x08", "", manual)
    assert re.search(r"^NAME\n +nixlite.why", text, re.M)
    assert "EXAMPLES" in text


def test_help_of_every_command(installed: Installed, home: Path) -> None:
    """Also where only its beginning is read."""
    lines = [f"nixlite {name} --help | head -n 1" for name in sorted(COMMANDS)]
    said = installed.shell("\n".join(lines), home).splitlines()
    assert len(said) == len(lines)
    assert [one for one in said if not one.startswith("usage: nixlite")] == []


def seen(installed: Installed, home: Path, *words: str, **more: str) -> str:
    """What a command writes to a terminal."""
    environment = installed.environment(home, **{"TERM": "xterm", **more})
    return said_on_terminal([installed.bin / "nixlite", *words], home, environment)


def test_colours_and_links_of_a_terminal(installed: Installed, home: Path) -> None:
    (home / "bad.nix").write_text("{ x = y; }\n", "utf-8")
    words = ("eval", "-f", "bad.nix", "x")
    assert "\x1b]8;;file://" in seen(installed, home, *words)
    without_links = seen(installed, home, *words, NIXLITE_HYPERLINKS="0")
    assert "\x1b]8;;" not in without_links
    assert "\x1b[" in without_links
    plain = seen(installed, home, *words, NO_COLOR="1")
    assert "\x1b" not in plain
    assert "undefined variable 'y'" in plain


# -- one file


def test_the_one_file_is_made_as_the_page_says(installed: Installed, home: Path) -> None:
    printed = installed.shell(block("sh", "python -m zipapp"), home)
    assert printed.splitlines()[-1:] == ["2"], printed
