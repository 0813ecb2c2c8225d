"""`nixlite cache`: what is warmed is found by programs, and only what is ours is cleared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nixlite.cli.cache import amount
from nixlite.host.memory import MemoryHost
from nixlite.observe.line import Bar, fitted
from tests.cli.terminal import on_terminal
from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "default.nix": "{ lib = import ./lib; x = import ./a/x.nix; y = import ./link.nix; d = import ./dir; }",
    "lib/default.nix": "{ id = x: x; }",
    "a/x.nix": "builtins.length [ 1 2 3 ]",
    "outside/target.nix": '"linked"',
    "outside/dir.nix": '"default"',
    ".git/x.nix": "{ broken",
    "readme.txt": "{ no nix",
}
MISTAKES = {"bad/parse.nix": "{ a = 1;\n  b = ; }", "bad/undefined.nix": "x: y"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "link.nix").symlink_to("outside/target.nix")
    (root / "dir").mkdir()
    (root / "dir/default.nix").symlink_to("../outside/dir.nix")
    (root / "up").symlink_to("..")
    (root / "broken.nix").symlink_to("nowhere.nix")
    return root


def entries(home: Path) -> set[Path]:
    return {path for path in (home / ".cache/nixlite/units").rglob("*") if path.is_file()}


def run(home: Path, *words: str) -> tuple[int, str, str]:
    done = nixlite(words, cwd=home)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_programs_find_what_was_warmed(tmp_path: Path, tree: Path, jobs: str) -> None:
    code, out, err = run(tmp_path, "cache", "warm", "tree", "--jobs", jobs)
    assert (code, out.partition(" (")[0], err) == (0, "6 files: 6 compiled, 0 there already", "")
    before = entries(tmp_path)
    value = '{ d = "default"; lib = { id = <LAMBDA>; }; x = 3; y = "linked"; }\n'
    assert run(tmp_path, "instantiate", "--eval", "--strict", "tree")[1] == value
    assert run(tmp_path, "eval", "-f", "tree", "x")[1] == "3\n"
    assert entries(tmp_path) == before
    assert "0 compiled, 6 there already" in run(tmp_path, "cache", "warm", "tree")[1]


def test_through_the_lookup_path(tmp_path: Path, tree: Path) -> None:
    run(tmp_path, "cache", "warm", "-I", f"pkgs={tree}", "<pkgs>")
    before = entries(tmp_path)
    done = run(tmp_path, "instantiate", "--eval", "-I", f"pkgs={tree}", "-E", "(import <pkgs>).x")
    assert done[1] == "3\n"
    assert len(entries(tmp_path) - before) == 1  # the expression itself


def test_a_tree_behind_a_symlink_has_two_names(tmp_path: Path, tree: Path) -> None:
    (tmp_path / "channel").symlink_to(tree)
    assert run(tmp_path, "cache", "warm", "channel")[1].startswith("12 files: 12 compiled")
    before = entries(tmp_path)
    assert run(tmp_path, "instantiate", "--eval", "channel", "-A", "x")[1] == "3\n"
    assert (
        run(tmp_path, "instantiate", "--eval", "--strict", "channel/lib/default.nix")[1]
        == "{ id = <LAMBDA>; }\n"
    )
    assert entries(tmp_path) == before


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_mistakes_are_listed_and_the_rest_is_compiled(tmp_path: Path, tree: Path, jobs: str) -> None:
    (tree / "bad").mkdir()
    for name, text in MISTAKES.items():
        (tree / name).write_text(text)
    code, out, err = run(tmp_path, "cache", "warm", "tree", "--jobs", jobs)
    assert (code, out.partition(" (")[0]) == (1, "8 files: 6 compiled, 0 there already, 2 with mistakes")
    assert err.splitlines() == [
        f"error: {tree}/bad/parse.nix:2:7: syntax error, unexpected ';'",
        f"error: {tree}/bad/undefined.nix:1:4: undefined variable 'y'",
    ]


def test_settings_decide(tmp_path: Path) -> None:
    """What is compiled for pure evaluation is another entry; what is to warn each time is not kept."""
    (tmp_path / "x.nix").write_text("a/b")
    assert "1 compiled" in run(tmp_path, "cache", "warm", "x.nix")[1]
    assert "1 compiled" in run(tmp_path, "cache", "warm", "x.nix", "--pure-eval")[1]
    done = run(tmp_path, "cache", "warm", "x.nix", "--option", "lint-short-path-literals", "warn")
    assert done[1].startswith("1 file: 0 compiled, 0 there already, 1 not kept, for they warn")


def test_big_sources_are_compiled_to_the_last_piece(tmp_path: Path) -> None:
    """What `analysis.deferral` would leave for later, too, also where only some of it is there already."""
    items = "".join(
        f'  item{n} = {{ value = (x: x + {n}) 1; inner = [ {{ text = "number {n}"; }} ]; }};\n'
        for n in range(900)
    )
    (tmp_path / "big.nix").write_text(f"{{\n{items}}}\n")
    words, stats = ["eval", "-f", "big.nix", "item7.value"], ["--stats", "--no-result-cache"]
    cold = json.loads(run(tmp_path, *words, *stats)[2])["nixlite"]
    assert cold["pieces"]["compiled"] > 0
    assert run(tmp_path, "cache", "warm", "big.nix")[1].startswith("1 file: 1 compiled")
    before = {path: path.read_bytes() for path in entries(tmp_path)}
    assert len(before) == 2
    _, out, err = run(tmp_path, *words[:3], "--apply", "s: builtins.deepSeq s s.item9.value", *stats)
    assert out == "10\n"
    warm = json.loads(err)["nixlite"]
    assert (warm["pieces"]["compiled"], warm["sources"]["fromCache"]) == (0, 1)
    assert warm["pieces"]["fromCache"] >= 900
    assert {path: path.read_bytes() for path in before} == before
    assert "0 compiled, 1 there already" in run(tmp_path, "cache", "warm", "big.nix")[1]
    count = 2 + starts(tmp_path)
    assert run(tmp_path, "cache", "clear")[1].startswith(f"removed {count} entries, ")


def starts(folder: Path) -> int:
    """The files of start-up in the cache: one, unless Python was told to write nothing."""
    return len(list((folder / ".cache/nixlite/modules").glob("*")))


def test_info_and_clear(tmp_path: Path, tree: Path) -> None:
    run(tmp_path, "cache", "warm", "tree")
    units = tmp_path / ".cache/nixlite/units"
    (current,) = units.iterdir()
    other = units / "cpython-310-0123456789abcdef"
    other.mkdir()
    (other / ("a" * 40)).write_text("old")
    (units / ("b" * 40)).write_text("older")
    data = json.loads(run(tmp_path, "cache", "info", "--json")[1])
    assert data["directory"] == str(units)
    assert [(row["name"], row["current"], row["entries"]) for row in data["versions"]] == [
        (current.name, True, 6),
        ("", False, 1),
        (other.name, False, 1),
    ]
    assert "other versions  2 entries, 8 bytes   (cache clear --stale)" in run(tmp_path, "cache", "info")[1]
    assert run(tmp_path, "cache", "clear", "--stale")[1] == "removed 2 entries, 8 bytes\n"
    assert [path.name for path in units.iterdir()] == [current.name]
    info = run(tmp_path, "cache", "info")[1]
    assert f"start-up        {starts(tmp_path)} entr" in info
    assert "at most         30000 entries, 400.0 MB" in info
    count = 6 + starts(tmp_path)
    assert run(tmp_path, "cache", "clear")[1].startswith(f"removed {count} entries, ")
    assert starts(tmp_path) == 0
    assert list(units.iterdir()) == []
    assert run(tmp_path, "cache", "clear") == (0, "removed 0 entries, 0 bytes\n", "")


def test_nothing_foreign_is_removed(tmp_path: Path, tree: Path) -> None:
    run(tmp_path, "cache", "warm", "tree")
    units = tmp_path / ".cache/nixlite/units"
    (current,) = units.iterdir()
    entry = next(current.iterdir()).name
    foreign = tmp_path / "cpython-311-0123456789abcdef"
    foreign.mkdir()
    keep = [foreign / entry, current / "notes.txt", units / "mine" / entry, current / "sub" / entry]
    for path in keep:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    (units / foreign.name).symlink_to(foreign)  # a folder of entries, but a symlink
    (current / ("c" * 40)).symlink_to(keep[0])  # an entry, but a symlink
    (current / f".{'d' * 40}.123").write_text("left by a process that was killed")
    count = 7 + starts(tmp_path)
    assert run(tmp_path, "cache", "clear")[1].startswith(f"removed {count} entries, ")
    assert all(path.read_text() == "mine" for path in keep)
    assert sorted(path.name for path in current.iterdir()) == ["c" * 40, "notes.txt", "sub"]


def test_a_cache_that_is_a_symlink_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir()
    (target / ("a" * 40)).write_text("x")
    (tmp_path / ".cache/nixlite").mkdir(parents=True)
    (tmp_path / ".cache/nixlite/units").symlink_to(target)
    code, _, err = run(tmp_path, "cache", "clear")
    assert (code, "is a symlink: nothing is removed behind it" in err) == (1, True)
    assert len(list(target.iterdir())) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["cache"], "say what is to be done: 'warm', 'info' or 'clear'"),
        (["cache", "wram"], "'wram' is not something to do with the cache: 'warm', 'info' or 'clear'"),
        (["cache", "info", "x"], "unexpected argument 'x'"),
        (["cache", "warm"], "there is nothing to compile: name files or directories"),
        (["cache", "warm", "none"], "path '/…/none' does not exist"),
        (["cache", "warm", ".", "--jobs", "0"], "'--jobs' takes a number of processes, not '0'"),
        (["cache", "warm", ".", "--no-cache"], "there is no cache: '--no-cache' says so"),
    ],
)
def test_wrong_command_lines(words: list[str], message: str, tmp_path: Path) -> None:
    code, _, err = run(tmp_path, *words)
    assert (code, err.split("\n")[0].replace(str(tmp_path), "/…")) == (1, f"error: {message}")


def test_where_nothing_can_be_kept(tmp_path: Path, tree: Path) -> None:
    units = tmp_path / ".cache/nixlite/units"
    units.mkdir(parents=True)
    units.chmod(0o777)
    code, _, err = run(tmp_path, "cache", "warm", "tree")
    assert (code, err) == (1, f"error: cannot keep anything in '{units}': it must be ours, and only ours\n")


def test_a_bar_on_a_terminal(tmp_path: Path, tree: Path) -> None:
    written, code = on_terminal(["cache", "warm", "tree", "--jobs", "2"], tmp_path)
    assert code == 0
    assert "compiling [████████████████████] 6/6  " in written
    assert "\r\x1b[K6 files: 6 compiled" in written  # the bar is gone before anything else
    quiet, _ = on_terminal(["cache", "warm", "tree", "--quiet"], tmp_path)
    assert "compiling" not in quiet


def test_the_bar_s_pictures() -> None:
    bar = Bar(MemoryHost(), "", 8)
    bar.done = 3
    assert bar.picture() == "[███████·············]"


@pytest.mark.parametrize(
    ("columns", "text"), [(20, "abcdefghij"), (11, "abcdefghij"), (10, "abcd…ghij"), (3, "a…"), (2, "")]
)
def test_long_lines_are_cut_in_the_middle(columns: int, text: str) -> None:
    assert fitted("abcdefghij", columns) == text
    assert len(text) < columns


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (5 * 10**10, "50.0 GB"),
    ],
)
def test_amounts(size: int, text: str) -> None:
    assert amount(size) == text
