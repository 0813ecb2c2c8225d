"""Budgets: limits on what an evaluator may use, and stopping it from elsewhere. All bounds of time are generous."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from nixlite import Cancelled, Evaluator, Exhausted, Limits, MemoryHost, NixError, Settings, evaluate
from nixlite.limits.memory import resident
from tests.programs.test_deep import BIG
from tests.support import ROOT, nixlite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDLESS = "let f = n: if n == 0 then 0 else f (n - 1); go = n: builtins.seq (f 100) (if n == 0 then 0 else go n); in builtins.foldl' (a: b: f 1000) 0 (builtins.genList (x: x) 50000000)"
DOUBLING = "let go = n: x: if n == 0 then x else go (n - 1) ({}); in go"
SHARED = f"({DOUBLING.format('[ x x ]')} 60 [ 1 2 ])"

REACHED: list[tuple[str, dict[str, Any], str]] = [
    # program                                                limits                      which limit
    (ENDLESS,                                                {"seconds": 0.2},           "seconds"),
    (ENDLESS,                                                {"steps": 10_000},          "steps"),
    ("builtins.length (builtins.genList (x: x) 1000000000)", {"steps": 10_000},          "steps"),
    ("let f = n: 1 + f (n + 1); in f 0",                     {"depth": 100},             "depth"),
    ("builtins.genList (x: x) 100000",                       {"output": 100_000},        "output"),
    (f"builtins.toJSON {SHARED}",                            {"output": 100_000},        "output"),
    (f"builtins.toJSON {SHARED}",                            {"memory": 100_000_000},    "memory"),
    (f"builtins.toXML {SHARED}",                             {"seconds": 0.2},           "seconds"),
    (f"builtins.toXML {SHARED}",                             {"output": 100_000},        "output"),
    ("map (x: [ x ]) (builtins.genList (x: x) 2000000)",     {"memory": 50_000_000},     "memory"),
]  # fmt: skip


@pytest.mark.parametrize(("program", "limits", "name"), REACHED)
def test_a_limit_stops_what_no_program_catches(program: str, limits: dict[str, Any], name: str) -> None:
    evaluator = Evaluator(limits=Limits(**limits))
    begun = time.monotonic()
    with pytest.raises(Exhausted) as caught:
        str(evaluator.evaluate(f"builtins.tryEval ({program})"))
    assert time.monotonic() - begun < 60  # it would not end, else
    assert (caught.value.limit, caught.value.allowed) == (name, limits[name])
    assert f"Limits({name}=…)" in str(caught.value.hint)
    with pytest.raises(Exhausted, match="this evaluator is spent: the evaluation was stopped"):
        evaluator.evaluate("1")


def test_limits_hold_for_values_that_are_forced_later() -> None:
    value = evaluate(f"{{ a = 1; b = {ENDLESS}; }}", limits=Limits(steps=10_000))
    assert value["a"].to_python() == 1
    with pytest.raises(Exhausted):
        value["b"]
    with pytest.raises(Exhausted, match="spent"):
        value["a"]


def test_calls_add_up() -> None:
    evaluator = Evaluator(limits=Limits(steps=2500))
    program = "let f = n: if n == 0 then 0 else f (n - 1); in f 1000"
    assert [evaluator.evaluate(program).to_python() for _ in range(2)] == [0, 0]
    with pytest.raises(Exhausted):
        evaluator.evaluate(program)


def steps_of(program: str) -> int:
    """The least number of steps with which a program comes to its end."""
    least, most = 0, 1 << 20
    while most - least > 1:
        middle = (least + most) // 2
        try:
            str(Evaluator(Settings(), MemoryHost(), limits=Limits(steps=middle)).evaluate(program))
            most = middle
        except Exhausted:
            least = middle
    return most


COUNTED = [
    "1",
    "let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 3000",
    "builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x * x) 20000)",
    "map toString [ 1 2 3 ] == [ \"1\" ]",
    'builtins.derivation { name = "x"; system = "s"; builder = "b"; }',
]  # fmt: skip


@pytest.mark.parametrize("program", COUNTED)
def test_a_program_takes_the_same_steps_each_time(program: str) -> None:
    assert steps_of(program) == steps_of(program)


GROWING = [
    "builtins.genList (x: x) 1000000000",
    "map (x: x) (builtins.concatLists (builtins.genList (x: builtins.genList (y: y) 4000) 4000))",
    f'builtins.stringLength ({DOUBLING.format("x + x")} 40 "ab")',
    f'builtins.stringLength ({DOUBLING.format(chr(34) + "${x}${x}" + chr(34))} 40 "ab")',
    f'builtins.stringLength ({DOUBLING.format(chr(34) + "${x}-${x}" + chr(34))} 40 "ab")',
    f"builtins.length ({DOUBLING.format('x ++ x')} 40 [ 1 ])",
    f"builtins.length ({DOUBLING.format('x ++ x ++ x')} 30 [ 1 ])",
    f"builtins.length ({DOUBLING.format('builtins.concatLists [ x x ]')} 40 [ 1 ])",
    f"builtins.length ({DOUBLING.format('builtins.concatMap (y: x) x')} 6 [ 1 2 3 ])",
    f'builtins.stringLength ({DOUBLING.format("toString [ x x ]")} 40 "ab")',
    f'builtins.stringLength ({DOUBLING.format("builtins.concatStringsSep x [ x x ]")} 40 "ab")',
    f'builtins.stringLength ({DOUBLING.format("builtins.replaceStrings [ (builtins.substring 0 1 x) ] [ x ] x")} 9 "aab")',
    f'builtins.stringLength ({DOUBLING.format("builtins.toJSON [ x x ]")} 40 "ab")',
    f'builtins.stringLength ({DOUBLING.format("builtins.toXML [ x x ]")} 40 "ab")',
    "builtins.stringLength (builtins.readFile /dev/zero)",
]


@pytest.mark.parametrize("program", GROWING)
def test_what_grows_is_stopped_before_it_has_grown(program: str) -> None:
    """250 MB are more than twice what is promised."""
    before = resident()
    with pytest.raises(Exhausted) as caught:
        evaluate(program, limits=Limits(memory=100_000_000))
    assert caught.value.limit == "memory"
    assert resident() - before < 250_000_000


@pytest.mark.parametrize(("name", "program", "printed"), BIG, ids=[row[0] for row in BIG])
def test_metered_code_gives_the_same(name: str, program: str, printed: str) -> None:
    assert str(evaluate(program, limits=Limits(steps=1 << 40, memory=1 << 40))) == printed


def test_a_wait_is_ended_too(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    begun = time.monotonic()
    with pytest.raises(Exhausted):
        evaluate(f"builtins.readFile {tmp_path}/fifo", limits=Limits(seconds=0.2))
    assert time.monotonic() - begun < 60  # it would not end, else


def test_a_fifo_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)

    def write() -> None:
        time.sleep(0.1)
        with open(path, "w") as file:
            file.write("a" * 100_000)
            file.flush()
            time.sleep(0.1)
            file.write("b")

    writer = threading.Thread(target=write)
    writer.start()
    value = evaluate(f"builtins.readFile {path}")
    writer.join()
    assert value.to_python() == "a" * 100_000 + "b"


def test_another_thread_cancels() -> None:
    evaluator = Evaluator()
    assert not evaluator.cancel()
    errors: list[Exception] = []

    def work() -> None:
        try:
            evaluator.evaluate(ENDLESS)
        except NixError as error:
            errors.append(error)

    for _ in range(5):
        thread = threading.Thread(target=work)
        thread.start()
        while not evaluator.cancel():
            time.sleep(0.01)
        thread.join(10)
        assert not thread.is_alive()
    assert [type(error) for error in errors] == [Cancelled] * 5
    assert evaluator.evaluate("1 + 1").to_python() == 2


@pytest.mark.parametrize("value", [0, -1, "1", True, float("nan")])
def test_a_limit_is_a_number_above_zero(value: Any) -> None:
    with pytest.raises(ValueError, match="a limit is a number above zero, or None; seconds is"):
        Limits(seconds=value)


def test_limits_show_themselves() -> None:
    assert repr(Limits(seconds=1.5, steps=3)) == "Limits(seconds=1.5, steps=3)"
    assert Limits(seconds=1) == Limits(seconds=1.0) != Limits()


class Zeros(BaseHTTPRequestHandler):
    """Answers each request with a megabyte."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 20))
        self.end_headers()
        self.wfile.write(bytes(1 << 20))

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    httpd = HTTPServer(("127.0.0.1", 0), Zeros)
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def test_what_comes_over_the_network_is_counted(server: str, tmp_path: Path) -> None:
    expression = f'builtins.readFileType (builtins.fetchurl "{server}/x")'
    words = ["eval", "--impure", "--raw", "--expr", expression, "--max-fetch-bytes"]
    done = nixlite([*words, "1000000"], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "error: the evaluation was stopped: it fetched more than 1000000 bytes" in done.stderr
    assert nixlite([*words, "2M"], cwd=tmp_path).stdout == "regular"


FLAGS = [
    # flag and value              program      what the error says
    (["--max-seconds", "0.2"],    ENDLESS,     "it took longer than 0.2 seconds"),
    (["--max-steps", "10K"],      ENDLESS,     "it took more than 10240 steps"),
    (["--max-memory", "100M"],    GROWING[0],  "it took more than 104857600 bytes of memory"),
    (["--max-output", "1K"],      SHARED,      "it wrote more than 1024 bytes of text"),
    (["--max-depth", "50"],       BIG[0][1],   "its calls within each other were more than 50"),
]  # fmt: skip


@pytest.mark.parametrize(("flag", "program", "message"), FLAGS)
@pytest.mark.parametrize(
    "command", [["eval", "--json", "--expr"], ["instantiate", "--eval", "--strict", "--json", "-E"]]
)
def test_flags(command: list[str], flag: list[str], program: str, message: str, tmp_path: Path) -> None:
    done = nixlite([*command, program, *flag], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"error: the evaluation was stopped: {message}\n" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5.2", "nan", "9" * 5000])
def test_flags_want_numbers(value: str) -> None:
    for flag in ("--max-seconds", "--max-memory"):
        done = nixlite(["eval", "--expr", "1", flag, value])
        assert done.returncode == 1
        assert f"error: '{value}' is not a number" in done.stderr


def little_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))


@pytest.mark.parametrize(
    "program",
    [
        f'builtins.stringLength ({DOUBLING.format("x + x")} 40 "ab")',
        f"builtins.length ({DOUBLING.format('x ++ x')} 40 [ 1 ])",
        "let f = n: [ n (f (n + 1)) ]; in f 0",
        "let f = n: if n == 0 then 0 else 1 + f (n - 1); in builtins.deepSeq (map f (builtins.genList (x: 9000) 3)) (builtins.genList (x: [ x ]) 5000000)",
    ],
)
def test_no_more_memory_is_no_bug(program: str, tmp_path: Path) -> None:
    """(Where many small objects have taken the last byte CPython itself may give up: it says that it "cannot
    recover from MemoryErrors while normalizing exceptions".)"""
    environment = {**os.environ, "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "nixlite", "eval", "--json", "--expr", program]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        preexec_fn=little_memory,
        timeout=100,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "bug in nixlite" not in done.stderr
    assert "Traceback" not in done.stderr
    assert "error: " in done.stderr


NO_ROOM = """
import resource
from gc import collect
from nixlite import Evaluator, MemoryHost, NixError
from nixlite.oracle import run
from nixlite.runtime.frames import claim
from sys import getrefcount
evaluator = Evaluator(host=MemoryHost())
evaluator.evaluate("1")
run(["nix", "eval", "--expr", "1"], "/", {}, "")
run(["repl"], "/", {}, "1")
before = getrefcount(claim)
size = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (size + (14 << 20), resource.RLIM_INFINITY))
said = set()
for _ in range(30):
    collect()
    try:
        Evaluator(host=MemoryHost()).evaluate("1 + 1")
    except NixError as error:
        said.add(error.message)
    code, _, err = run(["nix", "eval", "--expr", "1"], "/", {}, "")
    said.add(err)
    code, _, err = run(["repl"], "/", {}, "1")
    said.add(err.rpartition("Type :? for help.")[2])
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(evaluator.evaluate("40 + 2").to_python(), getrefcount(claim) >= before, {text.strip().removeprefix("error: ") for text in said})
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the size of the process is read")
def test_no_room_for_frames(tmp_path: Path) -> None:
    """CPython 3.11 then takes away a reference to the function too many, until what is called is another one."""
    done = subprocess.run(
        [sys.executable, "-c", NO_ROOM], capture_output=True, text=True, check=False, cwd=ROOT, timeout=100
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout in ("42 True {'out of memory', ''}\n", "42 True {'', 'out of memory'}\n")
