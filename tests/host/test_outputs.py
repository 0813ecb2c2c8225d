"""What a `RealHost` writes and reads as a process: its outputs, also broken ones, and its input."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

import pytest

from nixlite.errors import EvalError
from nixlite.host.capturing import CapturingHost
from nixlite.host.real import RealHost

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_told_comes_after_what_was_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "output"  # both go to one file
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(open(output, "ab"), "ascii"))  # noqa: SIM115
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(open(output, "ab"), "ascii"))  # noqa: SIM115
    host = RealHost({})
    host.write_stdout("é\udcff\n")
    assert output.read_bytes() == b"", "a program that prints a lot does not wait for each line"
    host.write_stderr("told\n")
    assert output.read_bytes() == b"\xc3\xa9\xff\ntold\n", (
        "whatever the coding of the terminal, bytes as they are"
    )
    host.write_stdout("more")
    host.flush()
    assert output.read_bytes().endswith(b"told\nmore")
    for stream in (sys.stdout, sys.stderr):
        stream.close()


def test_outputs_may_be_what_takes_text_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a notebook."""
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    host = RealHost({})
    host.write_stdout("é\udcff")
    host.write_stderr("e")
    host.flush()
    assert (out.getvalue(), err.getvalue()) == ("é\ufffd", "e")


class Full(io.StringIO):
    """An output that takes nothing."""

    def __init__(self, error: OSError, *, late: bool) -> None:
        super().__init__()
        self.error = error
        self.late = late
        self.asked = 0

    def write(self, text: str) -> int:
        self.asked += 1
        if self.late:
            return len(text)
        raise self.error

    def flush(self) -> None:
        self.asked += 1
        if self.late:
            raise self.error


def answer(host: RealHost) -> None:
    host.write_stdout("x")
    host.flush()


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("error", "words"),
    [(OSError(28, "x"), "No space left on device"), (OSError("the kernel died"), "the kernel died")],
)
def test_an_output_that_is_full_is_said_once(
    monkeypatch: pytest.MonkeyPatch, late: bool, error: OSError, words: str
) -> None:
    """And afterwards messages are told as ever."""
    out, err = Full(error, late=late), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    host = RealHost({})
    with pytest.raises(EvalError) as caught:
        answer(host)
    assert caught.value.message == f"writing to the standard output: {words}"
    asked = out.asked
    host.write_stderr(caught.value.message)
    host.flush()
    assert (err.getvalue(), out.asked) == (caught.value.message, asked)


def test_nobody_is_told_that_nobody_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Full(OSError(28, "x"), late=False))
    RealHost({}).write_stderr("x")


def test_a_reader_who_has_gone_is_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the host ends then, silently."""
    monkeypatch.setattr(sys, "stdout", Full(BrokenPipeError(32, "x"), late=False))
    with pytest.raises(BrokenPipeError):
        RealHost({}).write_stdout("x")


def test_streams_may_be_closed_from_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    host = RealHost({})
    with pytest.raises(EvalError, match=r"^writing to the standard output: Bad file descriptor$"):
        host.write_stdout("x")
    host.write_stderr("x")
    host.flush()
    RealHost({}).flush()
    assert (host.read_stdin(), list(host.stdin_lines())) == (b"", [])
    assert not any(map(host.is_terminal, ("stdin", "stdout", "stderr")))
    monkeypatch.setattr(sys, "stderr", err := io.StringIO())
    RealHost({}).write_stderr("x")
    assert err.getvalue() == "x"


def test_input_is_the_process_own_or_what_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for host, data in (
        (RealHost({}), b"own\nlines"),
        (RealHost({}, b"a\nb"), b"a\nb"),
        (RealHost({}, b""), b""),
    ):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"own\nlines")))
        assert list(host.stdin_lines()) == data.splitlines(keepends=True)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"own\nlines")))
        assert host.read_stdin() == data


def test_terminals_are_told_from_files(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("termios")
    ours, theirs = os.openpty()
    with open(ours, "rb"), open(theirs, "w") as terminal:
        for name in ("stdin", "stdout", "stderr"):
            monkeypatch.setattr(sys, name, io.StringIO())
            assert not RealHost({}).is_terminal(name)
            monkeypatch.setattr(sys, name, terminal)
            assert RealHost({}).is_terminal(name)
        host = RealHost({}, b"given")
        assert (host.is_terminal("stdin"), host.is_terminal("stdout")) == (False, True)


def test_a_capturing_host_keeps_what_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """And shows the machine; terminals are no concern of its."""
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    host = CapturingHost({"A": "1"}, b"in")
    host.write_stdout("a")
    host.write_stdout("b")
    host.write_stderr("c")
    host.flush()
    assert (host.stdout, host.stderr, sys.stdout.getvalue()) == (["a", "b"], ["c"], "")  # type: ignore[attr-defined]
    assert (host.get_env("A"), host.read_stdin(), host.read_bytes(__file__)[:3]) == ("1", b"in", b'"""')
    assert [host.is_terminal(name) for name in ("stdin", "stdout", "stderr")] == [False] * 3
    assert (CapturingHost().read_stdin(), CapturingHost({"HOME": "/h"}).cache_directory()) == (b"", None)
