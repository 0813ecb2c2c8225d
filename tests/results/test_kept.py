"""Answers of before are given only where everything that was asked is as it was."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nixlite.cache.private import unsealed
from nixlite.results.kept import MOST_ENTRIES, Kept, asked, prune
from nixlite.results.questions import CONTENTS, FileRow, ask, asked_again, signature
from nixlite.results.witness import Witness
from tests.results.edits import compare, evaluated

if TYPE_CHECKING:
    from collections.abc import Mapping

SLOW = "builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) 2000000)"


def test_after_random_edits_the_answer_is_that_of_evaluating() -> None:
    found = compare(200, 7)
    assert found.wrong == []
    assert found.hits > 30
    assert found.different > 30


def command(
    folder: Path, *words: str, env: Mapping[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """`nixlite` in a folder, with a cache there."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), **(env or {})}
    environment.pop("NIX_SHOW_STATS", None)
    return subprocess.run(
        [sys.executable, "-m", "nixlite", *words],
        cwd=folder,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def source(folder: Path) -> str:
    """Where the answer is from, as `--stats` says it."""
    done = command(folder, "eval", "--impure", "--expr", "import ./f.nix", "--stats")
    said: str = json.loads(done.stderr[done.stderr.index("{") :])["nixlite"]["resultCache"]
    return said


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A folder with a program that takes long enough to be kept, and whose answer is kept."""
    (tmp_path / "f.nix").write_text(f'{{ n = {SLOW}; w = builtins.trace "a warning" (import ./g.nix); }}')
    (tmp_path / "g.nix").write_text("1")
    old = time.time() - 100
    for name in ("f.nix", "g.nix"):
        os.utime(tmp_path / name, (old, old))
    return tmp_path


WORDS = ("eval", "--impure", "--expr", "import ./f.nix")


def test_an_answer_of_which_the_counters_were_shown_is_kept_without_them(slow: Path) -> None:
    assert source(slow) == "no answer: it was not asked before"
    assert "as they were" in source(slow)
    again = command(slow, *WORDS)
    assert (again.returncode, again.stderr) == (0, "trace: a warning\n")


def test_the_answer_is_replayed_to_the_byte(slow: Path) -> None:
    first = command(slow, *WORDS)
    assert "as they were" in source(slow)
    again = command(slow, *WORDS)
    assert (again.stdout, again.stderr, again.returncode) == (first.stdout, first.stderr, first.returncode)
    assert "trace: a warning" in again.stderr


def test_errors_are_answers_too(slow: Path) -> None:
    (slow / "g.nix").write_text('throw "no"')
    first = command(slow, *WORDS, "--json")
    assert first.returncode == 1
    assert list((slow / "cache").glob("nixlite/results/*"))
    again = command(slow, *WORDS, "--json")
    assert (again.stdout, again.stderr, again.returncode) == (first.stdout, first.stderr, 1)


def test_what_has_changed_is_said_and_evaluated(slow: Path) -> None:
    command(slow, *WORDS)
    (slow / "g.nix").write_text("2")
    assert source(slow) == f"no answer: {slow}/g.nix has changed"
    assert "w = 2" in command(slow, *WORDS).stdout
    assert "as they were" in source(slow)


@pytest.mark.parametrize(
    ("words", "expression"),
    [
        (("--impure",), "builtins.currentTime"),
        (("--no-result-cache",), SLOW),
        (("--profile",), SLOW),
        (("--option", "result-cache", "false"), SLOW),
    ],
    ids=["the clock", "--no-result-cache", "--profile", "the setting"],
)
def test_what_is_not_kept(tmp_path: Path, words: tuple[str, ...], expression: str) -> None:
    command(tmp_path, "eval", *words, "--expr", f"[ ({SLOW}) ({expression}) ]")
    assert not list((tmp_path / "cache").glob("nixlite/results/*"))


def test_the_standard_input_is_a_question(tmp_path: Path) -> None:
    words = ("eval", "-f", "-")
    first = command(tmp_path, *words, stdin=SLOW)
    assert list((tmp_path / "cache").glob("nixlite/results/*"))
    assert command(tmp_path, *words, stdin=SLOW).stdout == first.stdout
    assert command(tmp_path, *words, stdin="2").stdout == "2\n"


def test_an_environment_variable_is_a_question(tmp_path: Path) -> None:
    words = ("eval", "--impure", "--expr", f'[ (builtins.getEnv "A_NAME") ({SLOW}) ]')
    for value in ("x", "y", "y", "x"):
        assert f'"{value}"' in command(tmp_path, *words, env={"A_NAME": value}).stdout


def test_a_young_file_is_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("one")
    raw = os.fsencode(path)
    here = signature(raw, follow=False)
    row = FileRow(here, here, {CONTENTS: ask(raw, CONTENTS)})
    path.write_text("two")
    row.here = row.there = signature(raw, follow=False)  # as if the clock had not moved on
    assert asked_again(raw, row, time.time_ns()) is None
    assert asked_again(raw, row, time.time_ns() + 10**10) is row  # which is why the age counts


def test_a_damaged_or_foreign_entry_means_evaluating(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.nix").write_text("1")
    words = ["eval", "-f", "f.nix"]
    place = tmp_path / "results"
    kept = Kept(words, str(place))
    evaluated(words, kept)
    assert Kept(words, str(place)).answer() is not None
    path = Path(kept.path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert Kept(words, str(place)).answer() is None
    path.write_bytes(whole)
    path.chmod(0o622)
    assert Kept(words, str(place)).answer() is None
    path.unlink()
    os.mkfifo(path)
    assert Kept(words, str(place)).answer() is None
    path.unlink()
    path.symlink_to("/dev/zero")
    assert Kept(words, str(place)).answer() is None


def test_the_folder_is_bounded(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}").write_bytes(b"x" * 100)
        os.utime(tmp_path / f"{number}", (number, number))
    (tmp_path / ".1.99").write_bytes(b"left by a process that was killed")
    os.utime(tmp_path / ".1.99", (0, 0))
    prune(str(tmp_path), 1000, MOST_ENTRIES)
    assert sorted(int(path.name) for path in tmp_path.iterdir()) == list(range(10, 20))
    assert MOST_ENTRIES > 100


def test_a_place_that_is_relative_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    assert asked(["eval"]) is None
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "home")
    assert asked(["eval"]) is None


def test_without_a_home_the_place_is_that_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME")
    kept = asked(["eval"])
    assert kept is not None
    assert kept.folder == f"{os.path.expanduser('~')}/.cache/nixlite/results"


def test_every_question_of_the_host_is_witnessed() -> None:
    """A new method of the host that looks at the world must be thought of here."""
    from nixlite.host.real import RealHost

    known = {
        "read_real", "plain_type", "is_plain", "real_path", "first_link", "failed", "cache_home", "flush",
    }  # fmt: skip
    own = {name for name, value in vars(RealHost).items() if callable(value) and not name.startswith("_")}
    witnessed = {name for kind in Witness.__mro__[:3] for name in vars(kind)}
    assert Witness.__mro__[3] is RealHost
    assert own - witnessed - known == set()


def test_many_processes_at_once(slow: Path) -> None:
    """Twenty ask, some the same and some something new, and a third of them is killed at some time: who is left
    has the right answer, and what was kept before still answers."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(slow / "cache")}
    line = [sys.executable, "-m", "nixlite", "eval", "--impure", "--json", "--expr"]
    kept = [f"(import ./f.nix) // {{ k = {number}; }}" for number in range(3)]
    new = [f"(import ./f.nix) // {{ k = {number}; }}" for number in range(3, 9)]
    before = [command(slow, *line[3:], text).stdout for text in kept]
    entries = {path: path.read_bytes() for path in (slow / "cache/nixlite/results").iterdir()}
    assert len(entries) == len(kept)
    choose = random.Random(5)
    running = []
    for number in range(20):
        text = (kept + new + new)[number % 15]
        running.append(
            (
                text,
                subprocess.Popen(
                    [*line, text],
                    cwd=slow,
                    env=environment,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                ),
            )
        )
    for _, process in choose.sample(running, 7):
        time.sleep(choose.random() / 5)
        process.kill()
    for text, process in running:
        output = process.communicate()[0]
        if process.returncode == 0:
            assert json.loads(output)["k"] == (kept + new).index(text)
    for text, answer in zip(kept, before, strict=True):
        again = command(slow, *line[3:], text, "--stats")
        assert again.stdout == answer
        assert "as they were" in again.stderr
    for path in (slow / "cache/nixlite/results").iterdir():
        assert path.name.startswith(".") or unsealed(path.read_bytes(), path.name) is not None


WRITER = """\
import sys
from nixlite.results.kept import Entry, Kept
kept = Kept(["eval", "x"], sys.argv[1])
for number in range(10**9):
    size = 1 << number % 22
    kept.write(Entry(number, 0, (("stdout", str(number) + "x" * size),), {}, {}, None, (), (), (), (), 1 << 62))
    if number == 0:
        print(flush=True)
"""


def test_who_is_killed_while_writing_leaves_a_whole_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one of before or the new one."""
    monkeypatch.chdir(tmp_path)
    seen = set()
    choose = random.Random(3)
    for _ in range(100):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, cwd=tmp_path
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.02 + choose.random() / 20)
        process.kill()
        process.communicate()
        entry = Kept(["eval", "x"], str(tmp_path)).load()
        assert entry is not None
        (output,) = entry.output
        assert output == ("stdout", str(entry.started) + "x" * (1 << entry.started % 22))
        seen.add(entry.started)
        if len(seen) > 5:  # the faster the machine, the sooner
            return
    raise AssertionError(f"it was killed while it wrote {seen} only")


def test_info_and_clear(slow: Path) -> None:
    command(slow, *WORDS)
    lines = command(slow, "cache", "info").stdout.splitlines()
    assert next(line for line in lines if line.startswith("answers")).startswith("answers         1 entry, ")
    assert json.loads(command(slow, "cache", "info", "--json").stdout)["answers"]["entries"] == 1
    command(slow, "cache", "clear")
    assert not list((slow / "cache").glob("nixlite/results/*"))
