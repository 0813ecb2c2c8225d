"""The progress line of long evaluations: on terminals, out of everything's way, and never elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from nixlite.cli.evaluate import Evaluate
from nixlite.cli.running import run_command
from nixlite.evaluator import Evaluator
from nixlite.host.memory import MemoryHost
from nixlite.host.settings import Settings
from nixlite.observe import progress as module
from nixlite.observe.progress import Progress
from nixlite.observe.watch import PATIENCE
from tests.cli.terminal import on_terminal, screen

if TYPE_CHECKING:
    from pathlib import Path

LINE = re.compile(r"\r\x1b\[Kevaluating  \d+ s, (\d+) files?, \d+ MB  ([^\r\x1b]*)")
LONG = """
  let
    f = n: if n == 0 then 0 else 1 + f (n - 1);
    step = sum: n: if builtins.pathExists ./seen then sum else builtins.deepSeq (f 9900) (sum + 1);
    long = builtins.foldl' step 0 (builtins.genList (n: n) 100000);
  in
"""
"""Work near the limit of recursion, however fast the machine, until somebody makes the file `seen`."""
PLACES = "[3-57]"
"""The lines where an evaluation of it may be found: its own, and the one after it, once it has ended."""


def until_seen(arguments: list[str], home: Path, columns: int) -> tuple[str, int]:
    """What nixlite writes, which gets on with `LONG` until the line is there."""
    return on_terminal(
        arguments, home, columns=columns, wait_for="eval", then=lambda _: (home / "seen").touch()
    )


def test_it_shows_files_and_place_and_goes(tmp_path: Path) -> None:
    """… under deep recursion, which stays as deep, and on a narrow terminal."""
    (tmp_path / "long.nix").write_text(f'{LONG} builtins.seq long (builtins.trace "half" "whole")')
    written, code = until_seen(["eval", "-f", "long.nix"], tmp_path, columns=60)
    assert code == 0
    shown = LINE.findall(written)
    assert shown
    assert all(files == "1" and re.fullmatch(rf"long\.nix:{PLACES}", place) for files, place in shown)
    assert "\r\x1b[Ktrace: half\n" in written
    assert screen(written) == 'trace: half\n"whole"\n'


def test_errors_come_after_it(tmp_path: Path) -> None:
    written, code = until_seen(
        ["eval", "--impure", "--expr", f'{LONG} builtins.seq long (throw "no")'], tmp_path, columns=30
    )
    assert code == 1
    lines = [line for line in re.findall(r"\r\x1b\[K([^\r\x1b\n]+)", written) if line.startswith("eval")]
    assert lines
    assert all(len(line) < 30 and re.search(rf" «string»:{PLACES}$", line) for line in lines)
    assert screen(written).startswith("\x1b[31;1merror:")
    assert "evaluating" not in screen(written)


def test_it_can_be_interrupted(tmp_path: Path) -> None:
    endless = "builtins.foldl' (a: b: a + b) 0 (builtins.concatMap (x: builtins.genList (y: y) 1000) (builtins.genList (x: x) 10000000))"
    written, code = on_terminal(["eval", "--expr", endless], tmp_path, wait_for="evaluating")
    assert code == 130
    assert screen(written).replace("^C", "").endswith("error: interrupted by the user\n")


@pytest.mark.parametrize(
    ("terminal", "words", "environment", "wanted"),
    [
        (True, [], {"TERM": "xterm"}, True),
        (False, [], {"TERM": "xterm"}, False),
        (True, ["--quiet"], {"TERM": "xterm"}, False),
        (True, [], {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (True, [], {"TERM": "dumb"}, False),
        (True, [], {}, False),
    ],
)
def test_where_it_is_wanted(
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool,
    words: list[str],
    environment: dict[str, str],
    wanted: bool,
) -> None:
    host = MemoryHost(env=environment)
    host.is_terminal = lambda stream: terminal and stream == "stderr"  # type: ignore[method-assign]
    command = Evaluate(Settings(cwd="/"), host)
    timers: list[float] = []
    monkeypatch.setattr("signal.signal", lambda *given: None)
    monkeypatch.setattr("signal.setitimer", lambda which, seconds: timers.append(seconds))
    assert run_command(command, ["--expr", "1", *words]) == 0
    assert timers == ([PATIENCE, 0] if wanted else [])


class Screen:
    """Stands for a host's streams and the terminal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, stdout: bool) -> None:
        self.text = ""
        self.host = MemoryHost()
        self.host.write_stderr = self.write  # type: ignore[method-assign]
        self.host.write_stdout = self.write  # type: ignore[method-assign]
        self.host.is_terminal = lambda stream: stdout  # type: ignore[method-assign]
        monkeypatch.setattr(module, "write_now", self.write)
        monkeypatch.setattr("signal.setitimer", lambda *given: None)
        monkeypatch.setattr("signal.signal", lambda *given: None)

    def write(self, text: str) -> None:
        self.text += text

    def take(self) -> str:
        text, self.text = self.text, ""
        return text


def test_it_waits_for_the_end_of_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Screen(monkeypatch, stdout=False)
    line = Progress(seen.host, Evaluator(Settings(cwd="/"), seen.host), 0.0)
    line.start(None)
    assert seen.take().startswith("\r\x1b[Kevaluating  ")
    seen.host.write_stderr("one ")
    assert seen.take() == "\r\x1b[Kone "
    line.show(None)
    seen.host.write_stderr("line\n")
    assert seen.take() == "line\n"
    line.show(None)
    assert seen.take().startswith("\r\x1b[Kevaluating")
    line.stop()
    assert seen.take() == "\r\x1b[K"


def test_answers_on_the_terminal_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written to the standard output may lie in a buffer for a while."""
    seen = Screen(monkeypatch, stdout=True)
    line = Progress(seen.host, Evaluator(Settings(cwd="/"), seen.host), 0.0)
    line.start(None)
    seen.host.write_stdout("answer\n")
    seen.take()
    line.show(None)
    assert seen.take() == ""
