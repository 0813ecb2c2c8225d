"""Predictions: what the learner said, what it is, and what was probably believed."""

from __future__ import annotations

from nixlite.learn.bench import FAILS, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.learn.bench import Bench
    from nixlite.learn.course import Question

UNKNOWN = "That is no Nix expression, so it is shown as you wrote it."


def judge(bench: Bench, question: Question, said: str, folder: str) -> dict[str, Any]:
    """What came of a prediction: `right`, `said`, `is`, what to say (`says`) and the number of the misbelief.

    *said* is an expression, or `error`; empty for a learner who would not guess. Text without its quotes
    counts as the string that it means.
    """
    found = bench.of_text(question.code, folder)
    answer = {"right": False, "said": said.strip(), "is": str(found), "says": "", "misbelief": ""}
    if not answer["said"]:
        return answer
    guess = prediction(bench, said, folder)
    answer["right"] = agrees(guess, found, said)
    if answer["right"]:
        return answer
    for belief in question.wrong:
        if agrees(guess, prediction(bench, belief.value, folder), said):
            return answer | {"says": belief.says, "misbelief": belief.misbelief}
    if guess.failed and not means_failure(said):
        answer["says"] = UNKNOWN
    return answer


def agrees(guess: Outcome, other: Outcome, said: str) -> bool:
    """Whether what was said is that outcome."""
    if other.failed:
        return means_failure(said)
    return guess.same(other) or other.shown == f'"{said.strip()}"'


def means_failure(said: str) -> bool:
    """Whether the learner said that it fails."""
    return said.strip().lower() in (FAILS, "an error", "fails")


def prediction(bench: Bench, said: str, folder: str) -> Outcome:
    """The value that was said."""
    if means_failure(said):
        return Outcome(FAILS, failed=True)
    return bench.of_text(said, folder)
