"""Random programs, given to nixlite and to a real Nix: the same value printed, or the same first line of an error.

    python -m tests.fuzz --nix 'COMMAND' --inputs 2000 --seed 7 [--traces]

With `--traces` all that is said of an error is compared, its trace as well.

COMMAND runs the words that follow it where `nix-instantiate` is (`env`, if that is here), and sees the directory for
temporary files. What depends on the machine or the moment is not asked.
"""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tests.fuzz.grammar import quoted
from tests.fuzz.kinds import KINDS, USES, Input
from tests.fuzz.minimising import shorter
from tests.fuzz.mutating import TOKEN
from tests.symbols.against_nix import nix_answers, nixlite_answer
from tests.symbols.programs import Program

if TYPE_CHECKING:
    from tests.symbols.against_nix import Answer

BATCH = 100
INSTEAD = {
    "builtins.currentTime": "1", "builtins.currentSystem": '"x"', "builtins.nixPath": "[ ]", "builtins.nixVersion": '"2"',
    "builtins.langVersion": "6", "~/x": "/x", "<nixpkgs>": "/n", "<nix/fetchurl.nix>": "/n", "|>": "==", "with builtins;": "",
}  # fmt: skip
"""What stands in programs for what depends on the machine, the moment, or the features that are on."""

IMPURE = re.compile(
    r"fetch|getFlake|currentTime|getEnv|nixPath|storePath|~/|/work|<[\w./+-]+>|toFile|currentSystem|outputOf|/dev|/proc"
    r"|nixVersion|langVersion|builtins\.break|<\||\bbuiltins(?!\.)|convertHash|blake3|builtins\.path |filterSource|findFile"
)
"""What else does; it is not asked. (Nor `break`: what it returns Nix 2.34.8 takes for a thunk where it is one.)"""

SLOW = re.compile("timed out|it took longer")


class Difference(NamedTuple):
    """A program, and what both say to it."""

    text: str
    nix: Answer
    found: Answer


def asked(number: int, seed: int) -> str | None:
    """A program that can be asked of both; None where this number gives none."""
    random = Random(seed * 0x1_0000_0000 + number)
    kind = random.choice(("eval", "eval", "eval", "damaged", "use"))
    texts = KINDS[kind][1](random)
    if kind == "use":
        use, s, t = texts
        if use not in USES[:13] + USES[-20:]:
            return None
        text = f"let s = {quoted(s)}; t = {quoted(t)}; in {use}"
    else:
        text = texts[0]
    for word, other in INSTEAD.items():
        text = text.replace(word, other)
    if IMPURE.search(text) or "\0" in text or len(text) > 3000 or not text.strip():
        return None
    try:
        text.encode()
    except UnicodeEncodeError:
        return None
    return text


def essence(answer: Answer, traces: bool = False) -> tuple[bool, str]:
    """Whether it went well, and what is compared: the value, or what is wrong in one line; all with *traces*."""
    code, out, err = answer
    if traces:
        return code == 0, out + err
    if code == 0:
        return True, out
    lines = [line.strip() for line in err.splitlines() if line.strip().startswith("error:")]
    return False, lines[-1] if lines else err[-200:]


def compared(texts: list[str], nix: list[str], jobs: int, traces: bool = False) -> list[Difference]:
    """The programs to which the answers differ."""
    words = ("--strict", "--show-trace") if traces else ("--strict",)
    made = [Program(text, {}, words) for text in texts]
    found = []
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        root = Path(name)
        for index, (item, expected) in enumerate(zip(made, nix_answers(nix, made, root, jobs), strict=True)):
            limited = item._replace(arguments=(*words, "--max-seconds", "10"))
            answer = nixlite_answer(limited, root / str(index))
            if expected[0] in (124, 137) or SLOW.search(answer[2]):
                continue
            if essence(expected, traces) != essence(answer, traces):
                found.append(Difference(item.text, expected, answer))
    return found


def smallest(text: str, nix: list[str], seconds: float, traces: bool = False) -> str:
    """A smaller program to which the answers differ."""
    ends = time.monotonic() + seconds

    def differs(given: Input) -> bool:
        return bool(compared([given.texts[0]], nix, 1, traces))

    is_late = lambda: time.monotonic() > ends  # noqa: E731
    return shorter(Input("eval", (text,)), 0, TOKEN.findall, differs, is_late).texts[0]


def against_nix(seed: int, inputs: int, nix: list[str], jobs: int, traces: bool = False) -> int:
    """Compare; prints what differs, and gives how many programs did."""
    asked_for, differ, number = 0, 0, 0
    while asked_for < inputs:
        texts: list[str] = []
        while len(texts) < min(BATCH, inputs - asked_for):
            text = asked(number, seed)
            number += 1
            if text is not None:
                texts.append(text)
        asked_for += len(texts)
        for each in compared(texts, nix, jobs, traces):
            differ += 1
            said = [essence(answer, traces) for answer in (each.nix, each.found)]
            print(
                f"--- {each.text!r:.1500}\nNix:     {said[0]!r:.600}\nnixlite: {said[1]!r:.600}", flush=True
            )
            if differ <= 10:
                small = smallest(each.text, nix, 20, traces)
                print(f"smaller: {small!r}", flush=True)
    print(f"{differ} of {asked_for} programs have another answer")
    return differ
