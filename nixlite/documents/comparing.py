"""Whether a document shows what its examples print now."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nixlite.documents.blocks import steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.documents.blocks import Step
    from nixlite.documents.running import Runner


@dataclass(frozen=True)
class Difference:
    """A step that prints something else than is shown."""

    step: Step
    printed: str


def differences(text: str, runner: Runner) -> tuple[list[Difference], list[Step], int]:
    """What differs, which steps are no commands of Nix, and how many steps were run."""
    found: list[Difference] = []
    foreign: list[Step] = []
    count = 0
    for step in steps(text):
        printed = runner.run(step)
        if printed is None:
            foreign.append(step)
            continue
        count += step.kind not in ("file", "fresh")
        if not matches(step.shown.rstrip(), printed):
            found.append(Difference(step, printed))
    return found, foreign, count


def matches(shown: str, printed: str) -> bool:
    """Whether that is what is shown, where `…` stands for anything."""
    if shown == printed:
        return True
    pattern = ".*?".join(map(re.escape, shown.split("…")))
    return "…" in shown and re.fullmatch(pattern, printed, re.DOTALL) is not None


def updated(text: str, found: list[Difference]) -> str:
    """The text with what is printed now; empty lines after what was shown stay."""
    lines = text.split("\n")
    for difference in reversed(found):
        step = difference.step
        last = step.last
        while last > step.first and not lines[last - 1].strip():
            last -= 1
        lines[step.first : last] = difference.printed.split("\n") if difference.printed else []
    return "\n".join(lines)


def told(name: str, difference: Difference) -> str:
    """A difference: where, what was run, the lines that are shown (-) and printed (+)."""
    step = difference.step
    rows = [f"{name}:{step.line}: {step.text.partition(chr(10))[0]}"]
    rows += [f"  - {line}" for line in step.shown.rstrip().split("\n")]
    rows += [f"  + {line}" for line in difference.printed.split("\n")]
    return "\n".join(rows) + "\n"
