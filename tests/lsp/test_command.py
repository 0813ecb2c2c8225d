"""`nixlite lsp` on the command line, and what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from nixlite.lsp.settings import DEFAULTS, Settings, bytes_of
from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

A_TASK_OUTLIVES_THE_LOOP = """
import asyncio, sys
from nixlite.lsp import serving

make = serving.make_server

def with_a_task():
    server = make()

    async def begins_another_when_cancelled():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            server.spawn("later", "", asyncio.sleep(60))
            await asyncio.sleep(0)

    loop_of = asyncio.new_event_loop
    def new_event_loop():
        loop = loop_of()
        loop.call_soon(lambda: server.spawn("first", "", begins_another_when_cancelled()))
        return loop
    asyncio.events.new_event_loop = new_event_loop
    return server

serving.make_server = with_a_task
sys.exit(serving.serve())
"""
WITHOUT_PYGLS = (
    "import sys; sys.modules['pygls'] = None; import nixlite.__main__ as m; sys.argv[1:] = ['lsp']; m.main()"
)


def run(*words: str, program: str | None = None, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    start = ["-m", "nixlite"] if program is None else ["-c", program]
    env = {name: value for name, value in os.environ.items() if name != "NIX_PATH"}
    return subprocess.run(
        [sys.executable, *start, *words], input=data, capture_output=True, check=False, timeout=60,
        cwd=ROOT, env=env,
    )  # fmt: skip


def test_check_tells_what_is_offered() -> None:
    done = run("lsp", "--check")
    assert done.returncode == 0
    said = done.stdout.decode()
    for name in ("codeLens", "hover", "inlayHint", "rename", "semanticTokens/range", "signatureHelp"):
        assert name in said
    assert "evaluation: works" in said


def test_without_pygls_it_says_how_to_get_it() -> None:
    done = run(program=WITHOUT_PYGLS)
    assert done.returncode == 1
    assert done.stdout == b""
    said = done.stderr.decode()
    assert "pip install 'nixlite[lsp]'" in said
    assert "Traceback" not in said


def test_arguments_are_refused() -> None:
    done = run("lsp", "file.nix")
    assert done.returncode == 1
    assert b"takes no arguments" in done.stderr


def test_an_editor_that_is_gone_ends_the_server() -> None:
    done = run("lsp")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_task_that_outlives_the_loop_does_no_harm() -> None:
    """As one may that was cancelled in the moment in which it got what it waited for."""
    done = run(program=A_TASK_OUTLIVES_THE_LOOP)
    assert (done.returncode, b"Event loop is closed" in done.stderr) == (0, False), done.stderr


def test_a_program_with_no_message_gets_no_traceback() -> None:
    done = run("lsp", "--stdio", data=b"Content-Length: 3\r\n\r\n{x}")
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (None, None),
        ({}, None),
        ({"inlayHints": False, "limits": {"memory": "500M"}}, None),
        ({"nixpkgs": "/x", "nixPath": ["a=/b"]}, None),
        ([], "the settings are no object"),
        ({"hover": 1}, "'nixlite.hover' is an object"),
        ({"limits": {"seconds": True}}, "'nixlite.limits.seconds' cannot be True"),
        ({"limits": {"memory": "much"}}, "'nixlite.limits.memory' cannot be 'much'"),
        ({"nixPath": "a=/b"}, "'nixlite.nixPath' cannot be 'a=/b'"),
        ({"lints": {}}, "there is no setting 'nixlite.lints'"),
    ],
)
def test_settings(given: Any, problem: str | None) -> None:
    settings = Settings(given)
    assert settings.problems == ([] if problem is None else [problem])
    if problem is not None:
        assert settings.values == DEFAULTS


def test_sizes() -> None:
    sizes = [bytes_of(size) for size in ("3G", "10M", "7k", 5, "12", "x", "", "-1G", True, None, 0)]
    assert sizes == [3 * 2**30, 10 * 2**20, 7 * 2**10, 5, 12, None, None, None, None, None, None]


def test_the_page_names_all_settings() -> None:
    text = (ROOT / "nixlite" / "docs" / "how-to" / "editors.md").read_text("utf-8")

    def names(defaults: dict[str, Any], before: str = "") -> list[str]:
        found = []
        for name, value in defaults.items():
            found += names(value, f"{before}{name}.") if isinstance(value, dict) else [f"{before}{name}"]
        return found

    assert [name for name in names(DEFAULTS) if f"| `{name}` |" not in text] == []


def benchmark(file: Path) -> subprocess.CompletedProcess[str]:
    """Measure hovering in a file. However busy the machine is, a number comes: it is no test of the time."""
    words = [sys.executable, "-m", "tests.lsp.speed", str(file), "--count", "3"]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=300, cwd=ROOT)


def test_hovering_has_a_benchmark(tmp_path: Path) -> None:
    (tmp_path / "default.nix").write_text("{ lib ? 1 }: rec { a = 1; b = a + lib; }")
    done = benchmark(tmp_path / "default.nix")
    assert (done.returncode, done.stderr) == (0, "")
    assert "hover: median" in done.stdout


def test_the_benchmark_says_what_it_cannot_measure(tmp_path: Path) -> None:
    (tmp_path / "nameless.nix").write_text("[ 1 2 ]")
    (tmp_path / "binary.nix").write_bytes(b"\xff\xfe")
    said = [benchmark(tmp_path / name) for name in ("nameless.nix", "binary.nix", "absent.nix")]
    assert [one.returncode for one in said] == [1, 1, 1]
    told = [one.stderr.replace(str(tmp_path), "") for one in said]
    assert told[0] == "/nameless.nix has no names: there is nothing to hover over\n"
    assert all("cannot be read" in one and "Traceback" not in one for one in told[1:])
