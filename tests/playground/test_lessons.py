"""The course in the page: the data of `nixlite learn`, its judgement, and nothing that gives an answer away."""

from __future__ import annotations

import json

from nixlite.learn.course import read_course
from tests.playground.asking import Page

COURSE = read_course(None)


def test_the_lessons_are_those_of_the_course() -> None:
    found = Page().ask("lessons")
    assert [row["slug"] for row in found["lessons"]] == [lesson.slug for lesson in COURSE.lessons]


def test_a_lesson_does_not_tell_its_answers() -> None:
    page = Page()
    for lesson in COURSE.lessons:
        shown = json.dumps(page.ask("lesson", number=lesson.number))
        assert lesson.solution not in shown
        assert all(question.why not in shown for question in lesson.questions)


def test_a_wrong_prediction_is_told_what_was_believed() -> None:
    found = Page().ask("lesson-predict", number=6, which=1, said="30")
    assert (found["right"], found["is"]) == (False, "error: attribute 'override' missing")
    assert "can be overridden again" in found["says"]
    assert found["why"]


def test_a_right_prediction_and_none() -> None:
    page = Page()
    assert page.ask("lesson-predict", number=6, which=0, said="15")["right"] is True
    assert page.ask("lesson-predict", number=6, which=0, said="")["is"] == "15"


def test_a_choice_is_answered_in_its_words() -> None:
    lesson, which, question = next(
        (lesson, at, one)
        for lesson in COURSE.lessons
        for at, one in enumerate(lesson.questions)
        if one.choose
    )
    page = Page()
    offered = page.ask("lesson", number=lesson.number)["questions"][which]["choices"]
    right = question.text or question.answer
    assert right in offered
    found = page.ask("lesson-predict", number=lesson.number, which=which, said=right)
    assert (found["right"], found["is"]) == (True, right)


def test_exercises_wrong_then_right() -> None:
    page = Page()
    for number in (6, 14):
        lesson = COURSE.lessons[number - 1]
        untouched = page.ask("lesson-check", number=number, text=lesson.exercise)
        assert (untouched["done"], untouched["by"]) == (False, "untouched")
        for wrong in lesson.wrong:
            assert page.ask("lesson-check", number=number, text=wrong.text)["says"] == wrong.says
        assert page.ask("lesson-check", number=number, text=lesson.solution)["done"] is True


def test_an_exercise_that_is_no_nix() -> None:
    found = Page().ask("lesson-check", number=6, text="{ a =")
    assert found["done"] is False
    assert "syntax error" in found["broken"]


def test_an_exercise_without_end_is_told_to_be() -> None:
    found = Page().ask("lesson-check", number=6, text="let f = n: 1 + f n; in f 0")
    assert found["done"] is False
    assert "stack overflow" in json.dumps(found)


def test_hints_end_with_a_solution() -> None:
    page = Page()
    assert page.ask("lesson-hint", number=6, which=1)["text"] == COURSE.lessons[5].hints[0]
    assert page.ask("lesson-hint", number=6, which=3)["code"] == COURSE.lessons[5].solution


def test_what_really_happens_is_evaluated() -> None:
    text = Page().ask("lesson-why", number=6)["text"]
    assert "$ nixlite stale demo.nix pasted\n`result` still has the old `a`." in text


def test_a_lesson_that_is_not_there() -> None:
    assert "there is no lesson 99" in Page().problem("lesson", number=99)["message"]
