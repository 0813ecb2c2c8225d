"""The kernel as Jupyter sees it: started by its `kernel.json`, asked through jupyter_client."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.kernel.conftest import Client


def run(*words: str, program: str | None = None) -> subprocess.CompletedProcess[str]:
    start = ["-m", "nixlite", "kernel"] if program is None else ["-c", program]
    return subprocess.run(
        [sys.executable, *start, *words], capture_output=True, text=True, check=False, timeout=60, cwd=ROOT
    )


# -- the command line

WITHOUT = (
    "import sys; sys.modules['ipykernel'] = None; import nixlite.__main__ as m; sys.argv[1:] = {!r}; m.main()"
)


@pytest.mark.parametrize("words", [["kernel", "install"], ["kernel", "start", "-f", "x"]])
def test_without_ipykernel_it_says_how_to_get_it(words: list[str]) -> None:
    done = run(program=WITHOUT.format(words))
    assert (done.returncode, done.stdout) == (1, "")
    assert "pip install 'nixlite[jupyter]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["start"], "Jupyter starts this"),
        (["start", "-f", "/nonexistent/file"], "cannot be read: No such file or directory"),
        (["start", "-f", "pyproject.toml"], "is no connection file"),
        (["start", "x"], "takes no arguments"),
        (["install", "x"], "takes no arguments"),
        (["install", "--user", "--prefix", "x"], "exclusive"),
        (["install", "--prefix", "/dev/null/x"], "cannot be installed"),
    ],
)
def test_mistakes_on_the_command_line_are_told(words: list[str], said: str) -> None:
    done = run(*words)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_it_is_installed_as_jupyter_wants(prefix: Path) -> None:
    spec = json.loads((prefix / "share/jupyter/kernels/nixlite/kernel.json").read_text("utf-8"))
    assert spec["display_name"] == "Nix (nixlite)"
    assert spec["language"] == "nix"
    assert "{connection_file}" in spec["argv"]


@pytest.mark.parametrize("words", [[], ["--user"]])
def test_it_is_installed_for_the_user(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    done = run("install", *words)
    assert done.returncode == 0
    assert f"Installed in {tmp_path}/kernels/nixlite\n" in done.stdout
    assert (tmp_path / "kernels/nixlite/kernel.json").is_file()


def test_flags_of_the_evaluation_can_stand_in_kernel_json(start: Callable[..., Client]) -> None:
    """As its page says: `-I`, `--arg` and settings, but no bounds that would end a session."""
    done = run("start", "-f", "x", "--max-seconds", "3")
    assert done.returncode == 1
    assert "unrecognised flag '--max-seconds'" in done.stderr
    one = start("--arg", "n", "41", "-I", "here=/nonexistent-but-named")
    one.run(':!echo "{ n }: { m = n + 1; }" > f.nix')
    assert one.run(":l f.nix\nm")[0][-1][1]["data"]["text/plain"] == "42"
    found, _ = one.run("(builtins.elemAt builtins.nixPath 0).prefix")
    assert found[0][1]["data"]["text/plain"] == '"here"'


# -- cells


def test_it_says_what_it_is(kernel: Client) -> None:
    info = kernel.ask("kernel_info")
    assert info["implementation"] == "nixlite"
    assert info["language_info"]["name"] == "nix"
    assert info["language_info"]["file_extension"] == ".nix"


def test_a_cell_has_several_statements(kernel: Client) -> None:
    found, reply = kernel.run('a = 20\nb = a + 1;\nb\nbuiltins.trace "hi" [ a ]')
    assert reply["status"] == "ok"
    assert [kind for kind, _ in found] == ["display_data", "stream", "execute_result"]
    assert found[0][1]["data"] == {"text/plain": "21"}
    assert found[1][1] == {"name": "stderr", "text": "trace: hi\n"}
    assert found[2][1]["data"]["text/plain"] == "[ 20 ]"
    assert "<details" in found[2][1]["data"]["text/html"]
    assert found[2][1]["execution_count"] == reply["execution_count"]


def test_an_error_is_nix_s(kernel: Client) -> None:
    found, reply = kernel.run('1\nthrow "no"\n2')
    assert [kind for kind, _ in found] == ["display_data", "error"]
    assert reply["status"] == "error"
    assert (reply["ename"], reply["evalue"]) == ("Thrown", "no")
    shown = "\n".join(found[1][1]["traceback"])
    assert "\x1b[31;1merror:\x1b[0m no" in shown
    assert "Traceback" not in shown


def test_silent_cells_show_nothing_and_are_no_history(kernel: Client) -> None:
    found, reply = kernel.run("hidden = 5\nhidden", silent=True)
    assert (found, reply["status"]) == ([], "ok")
    kernel.run("hidden + 1")
    history = kernel.ask("history", hist_access_type="tail", n=1)["history"]
    assert [row[2] for row in history] == ["hidden + 1"]
    assert kernel.ask("history", hist_access_type="search", pattern="hid*", n=10)["history"] == history
    assert (
        kernel.ask("history", hist_access_type="range", start=history[0][1], stop=history[0][1])["history"]
        == []
    )


def test_why_is_drawn(kernel: Client) -> None:
    found, _ = kernel.run("s = { v = 1; w = 2; } // { w = 9; }\n%why s.w")
    assert found[0][0] == "stream"
    assert "s.w = 9" in found[0][1]["text"]
    assert found[1][1]["data"]["image/svg+xml"].startswith("<svg")
    assert "picture of" in found[1][1]["metadata"]["image/svg+xml"]["alt"]


def test_completion_and_inspection(kernel: Client) -> None:
    kernel.run("service = { port = 80; path = ./.; }")
    found = kernel.ask("complete", "1 + service.p", 13)
    assert (found["matches"], found["cursor_start"], found["cursor_end"]) == (["path", "port"], 12, 13)
    told = kernel.ask("inspect", "service.port + 1", 10)
    assert told["found"] is True
    assert "service.port: an integer, 80" in told["data"]["text/plain"]
    assert "Apply the function" in kernel.ask("inspect", "map (", 5)["data"]["text/plain"]
    assert kernel.ask("inspect", "nosuch", 3)["found"] is False


@pytest.mark.parametrize(
    ("code", "status"),
    [("1 + 1", "complete"), ("let a = 1;", "incomplete"), ("1 ++ +", "invalid"), ("%why x", "complete")],
)
def test_whether_a_cell_is_complete(kernel: Client, code: str, status: str) -> None:
    assert kernel.ask("is_complete", code)["status"] == status


@pytest.mark.parametrize(
    "code",
    [
        "let f = n: if n < 2 then 1 else f (n - 1) + f (n - 2); in f 60",
        "builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) 100000000)",
        ":!echo begun; sleep 60",
        "%%test\n{ testLong = { expr = let f = n: if n < 2 then 1 else f (n - 1) + f (n - 2); in f 60; expected = 1; }; }",
    ],
)
def test_an_interrupt_ends_a_cell_soon(kernel: Client, code: str) -> None:
    kernel.run("before = 1")
    number = kernel.client.execute(code)
    time.sleep(0.7)
    begun = time.monotonic()
    kernel.manager.interrupt_kernel()
    found, reply = kernel.outputs(number)
    took = time.monotonic() - begun
    assert (reply["status"], reply["ename"]) == ("error", "KeyboardInterrupt")
    assert found[-1][1]["traceback"] == ["error: interrupted by the user"]
    assert took < 5  # 0.01 s where nobody else wants the processor
    assert kernel.run("before + 1")[0][0][1]["data"]["text/plain"] == "2"


def test_leaving_ends_the_kernel_politely(start: Callable[[], Client]) -> None:
    one = start()
    _, reply = one.run(":q")
    assert reply["payload"] == [{"source": "ask_exit", "keepkernel": False}]
    one.client.shutdown()
    for _ in range(100):
        if not one.manager.is_alive():
            break
        time.sleep(0.1)
    assert not one.manager.is_alive()
