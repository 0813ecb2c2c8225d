"""The pages of a place, as texts of `pages`, and the keys that lead on."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.learn.place import Place

DONE, NEXT = "✓", "›"
NO_GUESS = "You made no guess. Try one next time: a wrong one teaches more than none."


def heading(place: Place, what: str = "") -> str:
    """The title of a page."""
    lesson = place.lesson
    return f"# {lesson.number} · {lesson.title}{f' – {what}' if what else ''}\n"


def show_list(place: Place) -> str:
    """All lessons, and how far the learner is."""
    course, progress = place.course, place.progress
    rows = []
    for lesson in course.lessons:
        mark = (NEXT if str(lesson.number) == place.picked else " ") + (
            DONE if progress.done(lesson) else " "
        )
        said, right = progress.predicted(lesson) if lesson.slug in progress.data["lessons"] else (0, 0)
        told = f"   ({right} of {said} predicted)" if said else ""
        rows.append(f" {mark} {lesson.number:2} {lesson.title.replace('`', '')}{told}")
    done = sum(progress.done(lesson) for lesson in course.lessons)
    welcome = f"{course.welcome}\n\n" if course.welcome and not done else ""
    count = f"{done} of {len(course.lessons)} lessons done."
    return f"# {course.title}\n\n{welcome}" + "\n".join(rows) + f"\n\n{count}"


def show_read(place: Place) -> str:
    """The lesson's text."""
    return f"{heading(place)}\n{place.lesson.text}"


def show_ask(place: Place) -> str:
    """A question."""
    question = place.asked
    number = f"predict {place.question + 1} of {len(place.lesson.questions)}"
    text = f"{heading(place, number)}\n{question.ask}\n\n```nix\n{question.show}\n```\n"
    if question.choose:
        text += (
            "\n" + "\n".join(f"  {n}  {choice}" for n, (choice, _) in enumerate(question.choices(), 1)) + "\n"
        )
    else:
        text += "\nWhat is its value? Write it as Nix does (text in quotes), or the word `error`.\n"
    return text + ("\n~ …" if place.job is not None else "")


def show_told(place: Place) -> str:
    """What was said, and what it is."""
    question, answer = place.asked, place.answer
    title = heading(place, f"prediction {place.question + 1}")
    text = f"{title}\n{question.ask}\n\n```nix\n{question.show}\n```\n\n"
    said = answer["said"]
    if said:
        text += f"{'✓' if answer['right'] else '✗'} You said:\n    {offered(place, said)}\n"
    text += f"It is:\n    {offered(place, answer['is'])}\n"
    if answer["says"]:
        text += f"\n» {answer['says']}\n"
    elif not said:
        text += f"\n~ {NO_GUESS}\n"
    return f"{text}\n{question.why}"


def offered(place: Place, value: str) -> str:
    """An answer in the words in which it was offered."""
    if place.asked.choose:
        for text, known in place.asked.choices():
            if value == known or (known == "error" and value.startswith("error:")):
                return text
    return value


def show_task(place: Place) -> str:
    """The exercise: what to do, what holds, what does not and why."""
    path = os.path.relpath(place.desk.path(place.lesson))
    text = f"{heading(place, 'your turn')}\n{place.lesson.task}\n\nFile: `{path}`\n\n"
    if place.job is not None:  # first, so that it is seen on a small screen: what follows is of before
        text += "~ checking …\n\n"
    if place.result:
        text += show_result(place.result) + "\n"
    shown = 0 if place.result.get("done") else place.hints
    for n, hint in enumerate([*place.lesson.hints, place.lesson.solution][:shown], 1):
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


def show_why(place: Place) -> str:
    """What really happens, and what was predicted."""
    said = place.progress.of(place.lesson)["predictions"]
    rows = []
    for number, one in sorted(said.items()):
        if one["said"]:
            rows.append(
                f"{'✓' if one['right'] else '✗'} {number}: you said {one['said']}"
                + ("" if one["right"] else f", it is {one['is']}")
            )
    told = ("Your predictions:\n\n" + "\n".join(rows) + "\n\n") if rows else ""
    return f"{heading(place, 'what really happens')}\n{place.explained.strip() or '~ …'}\n\n{told}".rstrip()


def show_end(place: Place) -> str:
    """The end."""
    left = [str(lesson.number) for lesson in place.course.lessons if not place.progress.done(lesson)]
    told = f"Not done yet: lesson {', '.join(left)}." if left else "All lessons are done."
    return f"# The end\n\n{place.course.end}\n\n{told}"


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


def keys(place: Place) -> list[tuple[str, str]]:
    """The keys that mean something on this page."""
    if place.stage == "ask" and place.asked.choose:
        return CHOOSING
    if place.stage == "task":
        first = ("Enter", "why") if place.result.get("done") else ("Enter", "check")
        return [first, *KEYS["task"]]
    return KEYS[place.stage]
