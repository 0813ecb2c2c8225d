"""The pages of a walk, as texts of `pages`, and the keys that lead on."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.learn.walk import Walk

DONE, NEXT = "✓", "›"
NO_GUESS = "You made no guess. Try one next time: a wrong one teaches more than none."


def heading(walk: Walk, what: str = "") -> str:
    """The title of a page."""
    lesson = walk.lesson
    return f"# {lesson.number} · {lesson.title}{f' – {what}' if what else ''}\n"


def show_list(walk: Walk) -> str:
    """All lessons, and how far the learner is."""
    course, progress = walk.course, walk.progress
    rows = []
    for lesson in course.lessons:
        mark = (NEXT if str(lesson.number) == walk.picked else " ") + (DONE if progress.done(lesson) else " ")
        said, right = progress.predicted(lesson) if lesson.slug in progress.data["lessons"] else (0, 0)
        told = f"   ({right} of {said} predicted)" if said else ""
        rows.append(f" {mark} {lesson.number:2} {lesson.title.replace('`', '')}{told}")
    done = sum(progress.done(lesson) for lesson in course.lessons)
    welcome = f"{course.welcome}\n\n" if course.welcome and not done else ""
    count = f"{done} of {len(course.lessons)} lessons done."
    return f"# {course.title}\n\n{welcome}" + "\n".join(rows) + f"\n\n{count}"


def show_read(walk: Walk) -> str:
    """The lesson's text."""
    return f"{heading(walk)}\n{walk.lesson.text}"


def show_ask(walk: Walk) -> str:
    """A question."""
    question = walk.asked
    number = f"predict {walk.question + 1} of {len(walk.lesson.questions)}"
    text = f"{heading(walk, number)}\n{question.ask}\n\n```nix\n{question.show}\n```\n"
    if question.choose:
        text += (
            "\n" + "\n".join(f"  {n}  {choice}" for n, (choice, _) in enumerate(question.choices(), 1)) + "\n"
        )
    else:
        text += "\nWhat is its value? Write it as Nix does (text in quotes), or the word `error`.\n"
    return text + ("\n~ …" if walk.job is not None else "")


def show_told(walk: Walk) -> str:
    """What was said, and what it is."""
    question, answer = walk.asked, walk.answer
    title = heading(walk, f"prediction {walk.question + 1}")
    text = f"{title}\n{question.ask}\n\n```nix\n{question.show}\n```\n\n"
    said = answer["said"]
    if said:
        text += f"{'✓' if answer['right'] else '✗'} You said:\n    {offered(walk, said)}\n"
    text += f"It is:\n    {offered(walk, answer['is'])}\n"
    if answer["says"]:
        text += f"\n» {answer['says']}\n"
    elif not said:
        text += f"\n~ {NO_GUESS}\n"
    return f"{text}\n{question.why}"


def offered(walk: Walk, value: str) -> str:
    """An answer in the words in which it was offered."""
    if walk.asked.choose:
        for text, known in walk.asked.choices():
            if value == known or (known == "error" and value.startswith("error:")):
                return text
    return value


def show_task(walk: Walk) -> str:
    """The exercise: what to do, what holds, what does not and why."""
    path = os.path.relpath(walk.desk.path(walk.lesson))
    text = f"{heading(walk, 'your turn')}\n{walk.lesson.task}\n\nFile: `{path}`\n\n"
    if walk.result:
        text += show_result(walk.result) + "\n"
    if walk.job is not None:
        text += "\n~ checking …\n"
    shown = 0 if walk.result.get("done") else walk.hints
    for n, hint in enumerate([*walk.lesson.hints, walk.lesson.solution][:shown], 1):
        text += f"\nHint {n}:\n\n" + (hint if n < 3 else f"```nix\n{hint}```") + "\n"
    return text


def show_result(result: dict[str, Any]) -> str:
    """What checking gave."""
    if "problem" in result:
        return f"✗ {result['problem']}\n"
    untouched = result["by"] == "untouched"
    rows = [f"✓ {row['name']}" if row["holds"] else failed(row, named=untouched) for row in result["rows"]]
    text = "\n".join(rows) + "\n"
    if result["done"]:
        return "» All of it holds. Enter shows what really happens.\n\n" + text
    if not result["rows"]:
        text = "✗ This cannot be read as Nix:\n"
    if result["says"]:  # first, so that it is seen on a small screen
        text = f"» {result['says']}\n\n{text}"
    if result["broken"] and not result["by"].startswith(("wrong", "untouched")):
        text += "\n" + "\n".join(f"    {line}" for line in result["broken"].splitlines()) + "\n"
    if result.get("cause"):
        text += "\nThe cause, as `nixlite why` finds it:\n\n```\n" + result["cause"] + "\n```\n"
    return text


def failed(row: dict[str, Any], *, named: bool) -> str:
    """A row of an assertion that does not hold; with *named*, its name is enough."""
    if named:
        return f"✗ {row['name']}"
    return f"✗ {row['name']}\n    expected: {row['expected']}\n    got:      {row['got']}"


def show_why(walk: Walk) -> str:
    """What really happens, and what was predicted."""
    said = walk.progress.of(walk.lesson)["predictions"]
    rows = []
    for number, one in sorted(said.items()):
        if one["said"]:
            rows.append(
                f"{'✓' if one['right'] else '✗'} {number}: you said {one['said']}"
                + ("" if one["right"] else f", it is {one['is']}")
            )
    told = ("Your predictions:\n\n" + "\n".join(rows) + "\n\n") if rows else ""
    return f"{heading(walk, 'what really happens')}\n{walk.explained.strip() or '~ …'}\n\n{told}".rstrip()


def show_end(walk: Walk) -> str:
    """The end."""
    left = [str(lesson.number) for lesson in walk.course.lessons if not walk.progress.done(lesson)]
    told = f"Not done yet: lesson {', '.join(left)}." if left else "All lessons are done."
    return f"# The end\n\n{walk.course.end}\n\n{told}"


KEYS = {
    "list": [("Enter", "open"), ("↑↓", "another lesson"), ("q", "leave")],
    "read": [("Enter", "predict"), ("n", "next"), ("p", "previous"), ("l", "list"), ("q", "leave")],
    "ask": [("Enter", "answer"), ("Ctrl-L", "list"), ("Ctrl-C", "leave")],
    "told": [("Enter", "go on"), ("l", "list"), ("q", "leave")],
    "task": [
        ("e", "edit"), ("h", "hint"), ("r", "read"), ("w", "why"), ("x", "reset"), ("n", "next"),
        ("p", "previous"), ("l", "list"), ("q", "leave"),
    ],
    "why": [
        ("Enter", "next lesson"), ("t", "exercise"), ("r", "read"), ("p", "previous"), ("l", "list"),
        ("q", "leave"),
    ],
    "end": [("Enter", "list"), ("q", "leave")],
}  # fmt: skip
CHOOSING = [("1-9", "answer"), ("Enter", "no guess"), ("l", "list"), ("q", "leave")]


def keys(walk: Walk) -> list[tuple[str, str]]:
    """The keys that mean something on this page."""
    if walk.stage == "ask" and walk.asked.choose:
        return CHOOSING
    if walk.stage == "task":
        first = ("Enter", "why") if walk.result.get("done") else ("Enter", "check")
        return [first, *KEYS["task"]]
    return KEYS[walk.stage]
