"""Which parts of an answer differ from the recorded one.

Three parts count, and each has a name in the ledger:

* `answer`    exit code and standard output, byte for byte; in the REPL: every answer between two prompts
* `message`   of a failing case: the text of the error and its `Did you mean …?`; in the REPL: as `answer`,
              but of an answer that is an error only the message counts
* `position`  of a failing case: line and column of the innermost place

The whole of standard error (`trace`) is compared too, for statistics.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.oracle.cases import Answer, Case

PLACE = re.compile(r" *at .*:(\d+:\d+):? *")
SUGGESTION = re.compile(r" *(Did you mean .*\?)")
ERROR = re.compile(r" *error:(?: (.*))?")
PROMPT = "nix-repl> "
ANY_DOCUMENTATION = "<doc>"  # recorded in place of a builtin's documentation, which is not to be copied


class ErrorText(NamedTuple):
    """What the printed form of an error says."""

    message: str | None
    position: str | None
    hint: str | None


def wrong_parts(case: Case, answer: Answer) -> tuple[str, ...]:
    """The parts of *answer* that differ from what Nix printed, in the order answer, message, position."""
    if case.mode == "repl":
        return repl_wrong_parts(transcript(case.stdout), transcript(answer.stdout))
    wrong = [] if (answer.rc, answer.stdout) == (case.rc, case.stdout) else ["answer"]
    if case.rc != 0:
        got = read_error(answer.stderr)
        if (got.message, got.hint) != (case.message, case.hint):
            wrong.append("message")
        if got.position != case.pos:
            wrong.append("position")
    return tuple(wrong)


def same_trace(case: Case, answer: Answer) -> bool:
    """Whether the whole of standard error is as recorded."""
    return case.mode != "repl" and answer.stderr.rstrip() == case.stderr.rstrip()


def read_error(text: str) -> ErrorText:
    """The last `error:` of a printed error: its message, its place, its suggestion.

    The message goes on over indented lines until a place, an empty line, a frame or a suggestion.
    """
    message: list[str] | None = None
    position = hint = None
    reading = False
    for line in text.split("\n"):
        if found := ERROR.fullmatch(line):
            message, reading = [(found[1] or "").strip()], True
            continue
        if place := PLACE.fullmatch(line):
            position, reading = place[1], False
        elif suggestion := SUGGESTION.fullmatch(line):
            hint, reading = suggestion[1], False
        elif not line.strip() or line.lstrip().startswith(("… ", "(stack trace truncated")):
            reading = False
        elif reading and message is not None:
            message.append(line.removeprefix(" " * 7) if line.startswith(" " * 7) else line.strip())
    return ErrorText(None if message is None else "\n".join(message).strip(), position, hint)


def repl_wrong_parts(want: list[str], got: list[str]) -> tuple[str, ...]:
    """`answer` when some answer differs; also `message` when one differs in more than an error's trace."""
    pairs = [(w, g) for w, g in zip_longest(want, got) if not same_step(w, g)]
    if not pairs:
        return ()
    return ("answer",) if all(same_message(w, g) for w, g in pairs) else ("answer", "message")


def same_step(want: str | None, got: str | None) -> bool:
    if want == ANY_DOCUMENTATION and got is not None:
        return got.strip() != "" and not got.startswith("error:") and "\nerror:" not in got
    return want == got


def same_message(want: str | None, got: str | None) -> bool:
    if want is None or got is None:
        return False
    message = read_error(want).message
    return message is not None and message == read_error(got).message


def transcript(text: str) -> list[str]:
    """The answers between the prompts; the banner, the echoed input and its continuation lines left out."""
    steps = []
    for part in re.split(f"^{PROMPT}", text, flags=re.MULTILINE)[1:]:
        lines = part.split("\n")[1:]
        while lines and lines[0].startswith(" " * (len(PROMPT) - 2) + "> "):
            del lines[0]
        steps.append("\n".join(lines).strip("\n"))
    return steps
