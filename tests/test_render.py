"""Errors as text: every recorded stderr of Nix, taken apart into frames and put together again."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from nixlite.errors import Frame, NixError
from nixlite.source import Position, Source
from nixlite.traces.rendering import TRUNCATED, render_error, render_warning, terminal_text

ORACLE = Path(__file__).parent / "oracle"
AT = re.compile(r"( *)at (.*):(\d+):(\d+):$")
EXCERPT = re.compile(r" {7,12} *(\d+)\|( .*|)$| {13,15}\|.*\^$")
DUPLICATES = re.compile(r"       \((\d+) duplicate frames omitted\)$")


def failing_cases() -> list[dict[str, Any]]:
    cases = []
    for path in sorted(ORACLE.glob("*.jsonl")):
        for line in path.read_text("utf-8", "surrogateescape").splitlines():
            case = json.loads(line)
            if case.get("rc") and not case.get("stderr", "@nix").startswith("@nix"):  # records: `log_records`
                cases.append(case)
    return cases


class Transcript:
    """A recorded stderr: the frames, the message, the position and the hint in it."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.sources = sources_of(case)
        self.frames: list[Frame] = []
        self.lines = case["stderr"].rstrip("\n").split("\n")
        while not re.match(r"error:( |$)", self.lines[0]):  # warnings, traces, the command's usage
            self.lines.pop(0)
        self.text = "\n".join(self.lines)
        if self.lines[0] == "error:" and self.lines[1].startswith("       … "):
            self.lines.pop(0)
            self.read_frames()
        self.error = self.read_message()
        self.error.trace = self.frames or None

    def read_frames(self) -> None:
        while True:
            line = self.lines.pop(0)
            if line.startswith("       … "):
                text = [line[9:]]
                while not AT.match(self.lines[0]) and not self.at_frame_end():
                    text.append(self.lines.pop(0)[7:])
                self.frames.append(Frame("\n".join(text), self.read_position()))
            elif match := DUPLICATES.match(line):
                self.frames += [self.frames[-1]] * int(match[1])
            elif line.strip() == TRUNCATED:
                self.frames.append(Frame("one frame too many"))
            elif re.match("       error:", line):
                self.lines.insert(0, line[7:])
                return
            else:
                assert not line, line

    def at_frame_end(self) -> bool:
        following = self.lines[:2]
        return following[0] == "" and bool(re.match(r"       (… |error:|\()", following[1]))

    def read_position(self) -> Position | None:
        match = AT.match(self.lines[0])
        if not match:
            return None
        self.lines.pop(0)
        shown = {}
        while self.lines and (excerpt := EXCERPT.match(self.lines[0])):
            if excerpt[1]:
                shown[int(excerpt[1])] = excerpt[2].removeprefix(" ")
            self.lines.pop(0)
        return Position(match[2], int(match[3]), int(match[4]), self.source_with(match[2], shown))

    def source_with(self, name: str, shown: dict[int, str]) -> Source | None:
        """The source of that name that has these lines; for texts of Nix's own, just the lines."""
        if not shown:
            return None
        for source in self.sources.get(name, []):
            lines = source.lines()
            if all(
                n <= len(lines) and terminal_text(lines[n - 1]).split() == t.split() for n, t in shown.items()
            ):
                return source
        assert name not in self.sources, f"{name} has no such lines: {shown}"
        return Source(name, "\n".join(shown.get(n, "") for n in range(1, max(shown) + 1)))

    def read_message(self) -> NixError:
        message = [self.lines.pop(0).removeprefix("error:").removeprefix(" ")]
        hint = None
        if self.lines and re.match(r"Try '.* --help'", self.lines[-1]):
            self.text = self.text.removesuffix("\n" + self.lines.pop())
        if self.lines and self.lines[-1].startswith("       Did you mean "):
            hint = self.lines.pop()[7:]
        while self.lines and not AT.match(self.lines[0]):
            message.append(self.lines.pop(0)[7:])
        position = self.read_position() if self.lines else None
        assert not self.lines
        if message[-1] == "":  # the end of a colour kept Nix from cutting the blanks off
            message[-1] = "\x1b[0m"
        return NixError("\n".join(message), position=position, hint=hint)


def sources_of(case: dict[str, Any]) -> dict[str, list[Source]]:
    texts = [case["expr"], *case.get("args", []), "case.nix"]  # the file's name after -E
    sources = {"«string»": [Source("«string»", text) for text in texts]}
    for name, text in case.get("files", {}).items():
        path = f"/tmp/case/{name}"
        sources[path] = [Source(path, text.removeprefix("@exec\n"))]
    if case.get("file"):
        sources["/tmp/case/case.nix"] = [Source("/tmp/case/case.nix", case["expr"])]
    return sources


@pytest.mark.parametrize("case", failing_cases(), ids=lambda case: case["id"])
def test_recorded_stderr_is_rendered_again(case: dict[str, Any]) -> None:
    transcript = Transcript(case)
    show_trace = "--show-trace" in case.get("args", [])
    assert render_error(transcript.error, show_trace=show_trace) == transcript.text


def error_at(text: str, line: int, column: int, message: str = "m") -> NixError:
    return NixError(message, position=Position("/f.nix", line, column, Source("/f.nix", text)))


EXCERPTS = [
    # text                            line, column   shown                                            why
    ("a\nb\nc", 2, 1, ["1| a", "2| b", " | ^", "3| c"], "neighbours on both sides"),
    ("a\n", 1, 1, ["1| a", " | ^", "2|"], "the empty line after the last newline is one"),
    ("a\r\nb\rc", 2, 1, ["1| a", "2| b", " | ^", "3| c"], "every kind of line end"),
    ('"é" + b', 1, 8, ['1| "é" + b', " |        ^"], "columns are bytes"),
]


@pytest.mark.parametrize(
    ("text", "line", "column", "shown", "why"), EXCERPTS, ids=[row[-1] for row in EXCERPTS]
)
def test_excerpt(text: str, line: int, column: int, shown: list[str], why: str) -> None:
    rows = render_error(error_at(text, line, column)).split("\n")
    assert rows[:2] == ["error: m", f"       at /f.nix:{line}:{column}:"]
    assert rows[2:] == [" " * 12 + row for row in shown]


def test_tabs_are_expanded_by_a_column_that_counts_on_over_line_ends() -> None:
    # nix-instantiate --eval of a file with these four lines
    text = 'let\r\n  a = 1;\r\n\tb\t=\ta + "x";\r\n in b'
    error = NixError(
        "cannot add a string to an integer",
        position=Position("/tmp/rt/crlf.nix", 3, 10, Source("/tmp/rt/crlf.nix", text)),
    )
    assert render_error(error).split("\n")[3] == '            3|   b       =       a + "x";'


MESSAGES = [
    # message                             printed                                              why
    ("a\n\n   b  \nc\n\n", "error: a\n\n          b\n       c", "blanks at the ends of lines go"),
    ("x\ty", "error: x        y", "a tab, the prefix counted"),
    ("red \x1b[31mtext\x1b[0m \r!", "error: red text !", "escape sequences and returns go"),
    ("", "", "nothing at all is printed for an empty message"),
]


@pytest.mark.parametrize(("message", "printed", "why"), MESSAGES, ids=[row[-1] for row in MESSAGES])
def test_message(message: str, printed: str, why: str) -> None:
    assert render_error(NixError(message)) == printed


def test_warnings_are_indented_by_their_prefix() -> None:
    assert render_warning("hello\nworld\n", "evaluation warning: ") == (
        "evaluation warning: hello\n                    world"
    )
    assert render_warning("unknown setting 'x'") == "warning: unknown setting 'x'"


def traced(*frames: Frame) -> NixError:
    error = NixError("m")
    error.trace = list(frames)
    return error


def test_short_traces_stop_when_four_are_counted() -> None:
    frames = [Frame(f"f{n}") for n in range(6)]
    shown = render_error(traced(*frames)).split("\n")
    assert [line.strip() for line in shown if line.strip()] == [
        "error:", "… f0", "… f1", "… f2", "… f3", TRUNCATED, "error: m",
    ]  # fmt: skip


def test_added_context_is_shown_beyond_the_limit() -> None:
    frames = [Frame(f"f{n}", always=n == 5) for n in range(6)]
    assert "… f5" in render_error(traced(*frames))


def test_call_frames_need_show_trace() -> None:
    error = traced(Frame("from call site", detail=True))
    assert render_error(error) == "error: m"
    assert render_error(error, show_trace=True) == "error:\n       … from call site\n\n       error: m"


def test_few_repetitions_are_shown_many_are_counted() -> None:
    assert render_error(traced(*[Frame("f")] * 6), show_trace=True).count("… f") == 6
    many = render_error(traced(*[Frame("f")] * 7), show_trace=True)
    assert many == "error:\n       … f\n\n       (6 duplicate frames omitted)\n\n       error: m"


def test_colours() -> None:
    shown = render_error(error_at("abc", 1, 2, "no 'x'"), colour=True)
    assert shown.split("\n") == [
        "\x1b[31;1merror:\x1b[0m no '\x1b[35;1mx\x1b[0m'",
        "       \x1b[34;1mat \x1b[35;1m/f.nix:1:2\x1b[0m:",
        "            1| abc",
        "             |  \x1b[31;1m^\x1b[0m",
    ]


def test_one_line_is_that_of_all_lines() -> None:
    for parts in product(("a", "é", "\r", "\n", "\r\n"), repeat=4):
        source = Source("/f.nix", "".join(parts))
        assert [source.line(number + 1) for number in range(len(source.line_starts()))] == source.lines()
