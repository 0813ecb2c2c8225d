"""Pages, keys, work beside the page; and a learner on a terminal, with wrong predictions, wrong answers and interruptions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nixlite.host.capturing import CapturingHost
from nixlite.learn.child import Job
from nixlite.learn.course import read_course
from nixlite.learn.pages import columns, lines_of, plain
from nixlite.learn.progress import Progress, overview
from nixlite.learn.walk import Walk
from nixlite.learn.working import Work
from tests.learn.learner import Learner, save
from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

COURSE = read_course(None)
WHOLE = bool(os.environ.get("NIXLITE_DEEP"))

TEXTS = st.lists(
    st.text("ab `*\t✓✗»~#-{}=;语é", max_size=90)
    | st.sampled_from(["```", "", "✗ " + "x" * 90, "  code " * 20, "- item " * 20, "» said " * 30]),
    max_size=12,
)


@given(TEXTS, st.integers(12, 100))
def test_no_line_is_wider_than_the_page(texts: list[str], width: int) -> None:
    lines = lines_of("\n".join(texts), width)
    assert [line for line in lines if columns("".join(piece for _, piece in line)) > width] == []


def test_a_page_in_plain_lines() -> None:
    text = "# Title\n\nSome `code x` and\n*much* more. 2 * 3 * 4\nA line that ends.  \nAnother.\n\n```nix\n{ a = 1; }\n```\n✗ no\n    got: 1\n» said to you\nand more"
    assert plain(text, 30) == (
        "Title\n\nSome `code x` and *much* more.\n2 * 3 * 4 A line that ends.\nAnother.\n\n  { a = 1; }\n✗ no\n    got: 1\n» said to you and more"
    )


def test_work_is_ended() -> None:
    """What does not come to an end is stopped, and so is what wants too much memory."""

    def endless() -> dict[str, Any]:
        while True:
            pass

    job = Job(endless)
    assert job.poll() is None
    job.until = 0
    assert "did not come to an end" in job.wait()["problem"]
    assert "memory" in Job(lambda: {"x": len(b" " * 2**40)}).wait()["problem"]
    other = Job(endless)
    begin = time.monotonic()
    other.stop()
    assert time.monotonic() - begin < 10
    assert Job(lambda: {"x": 1}).wait() == {"x": 1}


class HomeHost(CapturingHost):
    """A host with a home of its own."""

    def __init__(self, home: Path) -> None:
        super().__init__({"HOME": str(home)})


@pytest.fixture
def walk(tmp_path: Path) -> Walk:
    host = HomeHost(tmp_path)
    return Walk(COURSE, Progress(host, COURSE), Work(host, None), str(tmp_path / "nix-course"))


def test_a_walk(walk: Walk) -> None:
    """One lesson, without a terminal."""
    walk.choose(4)
    walk.press("enter")
    assert walk.stage == "read"
    assert walk.lesson.number == 4
    walk.press("enter")
    assert walk.typing
    walk.submit("")
    assert "once more" in walk.notice
    walk.submit('"x-2"')
    walk.take_now()
    assert '✗ You said:\n    "x-2"\nIt is:\n    "x-1"' in walk.page()
    walk.press("enter")
    walk.submit('"y"')
    walk.take_now()
    assert "✓ You said" in walk.page()
    walk.press("enter")
    walk.submit("2")
    walk.take_now()
    walk.press("enter")
    walk.take_now()
    assert walk.stage == "task"
    assert "as it was given" in walk.page()
    for key in "hhhh":
        walk.press(key)
    assert "Hint 3:\n\n```nix" in walk.page()
    path = walk.desk.path(walk.lesson)
    save(path, walk.lesson.solution, replacing=True)
    walk.poll()
    walk.take_now()
    assert "All of it holds" in walk.page()
    assert "Hint 3" not in walk.page()
    walk.press("enter")
    walk.take_now()
    assert '✗ 1: you said "x-2", it is "x-1"' in walk.page()
    walk.press("x")
    walk.take_now()
    assert path.with_name("exercise.nix.old").read_text("utf-8") == walk.lesson.solution
    assert path.read_text("utf-8") == walk.lesson.exercise
    told = overview(COURSE, walk.progress)["lessons"][3]
    assert (told["done"], told["hints"], told["misbeliefs"]) == (True, 3, ["M1"])
    walk.press("n")
    assert walk.lesson.number == 5
    walk.press("p")
    assert walk.lesson.number == 4
    walk.press("enter")
    assert walk.stage == "task"  # what was predicted once is not asked again
    walk.cancel()


def test_progress_that_cannot_be_kept_or_read(walk: Walk, tmp_path: Path) -> None:
    path = tmp_path / ".local/state/nixlite/learn.json"
    path.parent.mkdir(parents=True)
    for broken in (
        "{",
        "[]",
        '{"nixlite": 1}',
        '{"nixlite": {"lessons": []}}',
        '{"nixlite": {"lessons": {"01-values": 3}}}',
    ):
        path.write_text(broken, "utf-8")
        progress = Progress(walk.work.host, COURSE)
        progress.of(COURSE.lessons[0])
        assert overview(COURSE, progress)["done"] == 0
    path.unlink()
    path.mkdir()
    walk.progress.save()
    assert "cannot be kept" in walk.progress.problem


def learn(home: Path, *words: str, stdin: str = "") -> tuple[int, str, str]:
    """`nixlite learn` through pipes."""
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "nixlite", "learn", *words],
        input=stdin, cwd=home, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_in_plain_lines(tmp_path: Path) -> None:
    code, text, errors = learn(tmp_path, stdin='4\n\n"x-2"\n\n"y"\n\n2\n\nh\nw\nq\n')
    assert (code, errors) == (0, "")
    assert "You expect that names are looked up again" in text
    assert "✗ newer has version 2" in text
    assert "$ nixlite why demo.nix name" in text
    assert '✗ 1: you said "x-2", it is "x-1"' in text
    code, text, _ = learn(tmp_path, "--json")
    assert json.loads(text)["lessons"][3]["predictions"][0]["said"] == '"x-2"'
    assert learn(tmp_path, "--list")[1].count("\n") > 20
    assert learn(tmp_path, "--reset", "--lesson", "4")[1] == "Forgotten: 04-rec-and-let.\n"
    assert json.loads(learn(tmp_path, "--json")[1])["lessons"][3]["predictions"] == []
    code, _, errors = learn(tmp_path, "--lesson", "77")
    assert (code, "there is no lesson '77'" in errors) == (1, True)
    code, _, errors = learn(tmp_path, "nowhere")
    assert (code, "there is no folder 'nowhere'" in errors) == (1, True)
    assert learn(tmp_path, stdin="")[0] == 0


@pytest.mark.parametrize(("width", "height"), [(100, 30), (60, 15), (60, 18)])
def test_a_learner_on_a_terminal(tmp_path: Path, width: int, height: int) -> None:
    """With wrong predictions, every wrong answer, a broken file, hints; NIXLITE_DEEP=1 for all lessons."""
    learner = Learner(tmp_path, width, height)
    learner.wait("Values, sets, functions")
    for lesson in COURSE.lessons:
        if WHOLE or lesson.number in (1, 4, 15):
            learner.press("l", "Enter open")  # a small screen begins at the lesson that is next
            learner.process.send("\x1b[A" * 20 + "\x1b[B" * (lesson.number - 1) + "\r")
            learner.wait(f"{lesson.number} · ")
            take(learner, lesson)
    assert learner.end() == 0


def take(learner: Learner, lesson: Any) -> None:
    """Go through a lesson as somebody who believes what one should not."""
    read(learner)
    for number, question in enumerate(lesson.questions, 1):
        learner.wait(f"predict {number} of {len(lesson.questions)}")
        belief = question.wrong[0]
        values = [value for _, value in question.choices()]
        learner.press(
            str(values.index(belief.value) + 1) if question.choose else f"{belief.value}\r", "It is:"
        )
        learner.page_to(spoken(belief.says)[-20:])
        while "↓ more" in learner.text:
            learner.press(" ")
            learner.pump(0.1)
        learner.process.send("\r")
    learner.wait("your turn", gone="checking")
    path = learner.home / "nix-course" / lesson.slug / "exercise.nix"
    for wrong in lesson.wrong:
        save(path, wrong.text, replacing=True)
        assert learner.wait(spoken(wrong.says)[:24], gone="checking") < 10
    save(path, "{ a = ;", replacing=False)
    learner.press("\x1b[H", gone="checking")
    learner.page_to("cannot be read as Nix")
    learner.press("hhh")
    learner.page_to("Hint 3:")
    save(path, lesson.solution, replacing=False)
    learner.wait("All of it holds")
    learner.press("\r", "what really happens")
    learner.wait(gone="~ …")


def read(learner: Learner) -> None:
    """Read a lesson to its end, and go on."""
    learner.pump(0.3)
    while "↓ more" in learner.text:
        learner.press(" ")
        learner.pump(0.1)
    learner.process.send("\r")


def spoken(text: str) -> str:
    """A text as the screen has it."""
    return " ".join(text.replace("`", "").replace("*", "").split())


def test_ctrl_c_leads_out_and_the_next_day_goes_on(tmp_path: Path) -> None:
    learner = Learner(tmp_path, 100, 30)
    learner.wait("Values, sets, functions")
    assert learner.end() == 0  # in the list
    learner = Learner(tmp_path, 80, 24, "--lesson", "5")
    learner.wait("5 ·")
    read(learner)
    learner.wait("predict 1 of 3")
    learner.press("{ port = 443; }\r", "It is:")
    learner.press("\r", "predict 2 of 3")
    assert learner.end("{ a\x03") == 0  # while an answer is typed
    learner = Learner(tmp_path, 80, 24, "--lesson", "5")
    learner.wait("5 ·")
    read(learner)
    learner.wait("predict 2 of 3")  # the first was answered yesterday
    learner.press("error\r", "It is:")
    learner.press("\r", "predict 3 of 3")
    learner.press("3\r", "It is:")
    learner.press("\r", "your turn", gone="checking")
    path = tmp_path / "nix-course/05-shallow/exercise.nix"
    save(
        path,
        "let f = n: f (n + 1) + 1; x = builtins.genList (i: i) 100000000; in builtins.foldl' (a: b: a + b) 0 x",
        replacing=False,
    )
    learner.wait("checking")
    begin = time.monotonic()
    learner.press("h", "Hint 1")  # an endless exercise blocks no key
    assert time.monotonic() - begin < 10
    assert learner.end() == 0
    path.unlink()
    learner = Learner(tmp_path, 80, 24, "--lesson", "5")
    learner.wait("5 ·")
    read(learner)
    learner.wait("your turn", gone="checking")
    path.unlink()
    learner.press("\r", "cannot be read")
    learner.press("x", "as it was given", gone="checking")
    assert path.exists()
    assert learner.end("q") == 0


ENDLESS = "builtins.foldl' (a: b: a + b) 0 (builtins.genList (i: i) 100000000)"


def test_no_key_waits_for_a_check(tmp_path: Path) -> None:
    """While an exercise is evaluated without end each key is answered; and Ctrl-C leads out."""
    learner = Learner(tmp_path, 60, 18, "--lesson", "1")
    learner.wait("1 ·")
    read(learner)
    for number, question in enumerate(COURSE.lessons[0].questions, 1):
        learner.wait(f"predict {number} of")
        values = [value for _, value in question.choices()]
        answer = question.wrong[0].value
        learner.press(str(values.index(answer) + 1) if question.choose else f"{answer}\r", "It is:")
        learner.process.send("\r")
    learner.wait("your turn", gone="checking")
    save(tmp_path / "nix-course" / COURSE.lessons[0].slug / "exercise.nix", ENDLESS, replacing=False)
    learner.wait("checking")
    gaps = [learner.press("l", "Enter open"), learner.press("\r", gone="Enter open")]
    for _ in range(4):
        gaps += [learner.press("l", "Enter open"), learner.press("\r", gone="Enter open")]
    assert median(gaps) < 0.3, gaps  # 0.02 s where nobody else wants the processor
    begin = time.monotonic()
    assert learner.end() == 0
    assert time.monotonic() - begin < 10


def test_the_editor(tmp_path: Path) -> None:
    """`e` opens `$EDITOR`, whatever that is."""
    editor = tmp_path / "editor"
    editor.write_text(
        f"#!{sys.executable}\nimport sys, pathlib\npathlib.Path(sys.argv[1]).write_text('{{ a = 1; }}')\n",
        "utf-8",
    )
    editor.chmod(0o755)
    for command, told in (
        (str(editor), "the name"),
        ("no-such-editor -x", "cannot start the editor"),
        ("", "Set EDITOR"),
    ):
        learner = Learner(tmp_path, 100, 40, "--lesson", "3", VISUAL="", EDITOR=command)
        learner.wait("3 ·")
        read(learner)
        for number in (1, 2, 3):
            if command != str(editor):  # predicted the first time
                break
            learner.wait(f"predict {number} of 3")
            learner.press("error\r", "It is:")
            learner.press("\r", gone="It is:")
        learner.wait("Enter check", gone="checking")
        learner.press("e", told if command != str(editor) else "attribute 'pick' missing")
        assert learner.end() == 0
