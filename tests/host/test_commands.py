"""No command lets a program's secret out, in pure or restricted evaluation; see `test_secret`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from nixlite.__main__ import make_command
from nixlite.cli.running import run_command
from nixlite.cli.table import COMMANDS
from nixlite.host.capturing import CapturingHost
from tests.host.hosts import FEATURES, settings
from tests.host.rows import EVALUATING, FLAKES, LEAKS, OTHERS
from tests.host.world import World, serve
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

MODES = {"pure": ["--pure-eval"], "restricted": ["--restrict-eval", "-I", "{ok}"]}
DERIVATION = '(derivation {{ name = "x"; system = "x86_64-linux"; builder = "b"; leak = LEAK; }})'


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    for port in serve():
        yield World(tmp_path_factory.mktemp("w"), port)


def run(world: World, variant: str, name: str, words: list[str], stdin: str = "") -> tuple[str, list[str]]:
    """What a command writes, and what it has touched."""
    if world.variant != variant:
        world.plant(variant)
    with pytest.MonkeyPatch.context() as patch:
        for key, value in world.env.items():
            patch.setenv(key, value)
        patch.setattr(time, "time", lambda: float(world.time))
        patch.setattr(time, "sleep", lambda seconds: None)
        env = {**world.env, "NIX_PATH": "", "NIX_USER_CONF_FILES": ""}
        host = CapturingHost(env, stdin.format(**world.places).encode())
        command = make_command(name, settings(world), host)
        command.settings.features |= FEATURES
        world.begin()
        code = run_command(command, [word.format(**world.places) for word in words])
        return "".join([str(code), *host.stdout, *host.stderr]), world.touched()


def test_every_command_has_a_row() -> None:
    """How could it let a secret out? Say so in `rows`."""
    assert {*EVALUATING, *FLAKES, *OTHERS} == COMMANDS.keys()


def words_of(name: str, leak: str) -> list[str]:
    """The words of a command that evaluates *leak*."""
    return [word.replace("DERIVATION", DERIVATION).replace("LEAK", f"({leak})") for word in EVALUATING[name]]


@pytest.mark.parametrize("name", EVALUATING)
@pytest.mark.parametrize("mode", MODES)
def test_no_command_lets_a_secret_out(world: World, name: str, mode: str) -> None:
    one, other = (
        [run(world, variant, name, [*MODES[mode], *words_of(name, leak)], stdin=leak) for leak, _ in LEAKS]
        for variant in "ab"
    )
    assert one == other
    assert [touched for _, touched in one if touched] == []


@pytest.mark.parametrize("name", EVALUATING)
def test_commands_show_a_secret(world: World, name: str) -> None:
    """Without the flags they show it, or touch it: else the test above would show nothing."""
    one, other = (
        [run(world, variant, name, ["--impure", *words_of(name, leak)], stdin=leak) for leak, _ in LEAKS]
        for variant in "ab"
    )
    assert [a for a, b in zip(one, other, strict=True) if a[0] == b[0] and not a[1]] == []


def lines_of_jobs(world: World, variant: str, flags: list[str]) -> list[str]:
    """What `nixlite jobs` prints for a set in which each leak is an attribute."""
    world.plant(variant)
    leaks = [leak for leak, _ in LEAKS if "currentTime" not in leak]
    rows = [f"l{n} = {DERIVATION.replace('LEAK', f'({leak})')};" for n, leak in enumerate(leaks)]
    words = ["jobs", "--workers", "1", "--show-trace", *flags, "--expr", "{{ " + " ".join(rows) + " }}"]
    done = subprocess.run(
        [sys.executable, "-m", "nixlite", *[word.format(**world.places) for word in words]],
        env={**os.environ, **world.env, "NIX_PATH": "", "NIX_USER_CONF_FILES": "", "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.stdout.count("\n") == len(leaks)
    return sorted(done.stdout.splitlines())


def test_jobs_let_no_secret_out(world: World) -> None:
    """Its processes have the guards of the command line."""
    for flags in MODES.values():
        assert lines_of_jobs(world, "a", flags) == lines_of_jobs(world, "b", flags)
    assert lines_of_jobs(world, "a", ["--impure"]) != lines_of_jobs(world, "b", ["--impure"])
    world.variant = ""


@pytest.mark.parametrize("name", FLAKES)
def test_no_flake_shows_a_secret(world: World, name: str) -> None:
    words = [*MODES["restricted"], *FLAKES[name]]
    one, other = (run(world, variant, name, words) for variant in "ab")
    assert one == other
    assert one[1] == []
    world.variant = ""  # the lock file may have been written
    one, other = (run(world, variant, name, ["--impure", *FLAKES[name]]) for variant in "ab")
    world.variant = ""
    assert one != other
