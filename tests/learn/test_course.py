"""The course keeps what its form promises, and `--verify` says where one does not."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from nixlite.errors import UsageError
from nixlite.host.capturing import CapturingHost
from nixlite.host.real import RealHost
from nixlite.learn.asking import judge as predict
from nixlite.learn.bench import Bench
from nixlite.learn.checking import judge
from nixlite.learn.course import read_course
from nixlite.learn.live import run
from nixlite.learn.making import make_course
from nixlite.learn.verifying import verify
from tests.learn.table import MISBELIEFS, PLACE, table

if TYPE_CHECKING:
    from pathlib import Path

    from nixlite.learn.course import Lesson

COURSE = read_course(None)
ENV = {"HOME": "/nowhere", "PATH": os.environ["PATH"], "NIX_PATH": "", "NIX_USER_CONF_FILES": ""}


@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.slug)
def test_each_lesson_is_whole(lesson: Lesson) -> None:
    verdict = verify(COURSE, RealHost(), None, ENV, lesson)
    assert verdict.problems == []


def test_the_course_is_as_large_as_it_says() -> None:
    assert [lesson.number for lesson in COURSE.lessons] == list(range(1, 21))
    assert sum(len(lesson.questions) for lesson in COURSE.lessons) >= 45
    assert sum(len(lesson.wrong) for lesson in COURSE.lessons) >= 60
    met = {b.misbelief for lesson in COURSE.lessons for q in lesson.questions for b in q.wrong}
    assert met >= MISBELIEFS.keys()  # each by a prediction


def test_the_table_is_that_of_the_course() -> None:
    assert PLACE.read_text("utf-8").endswith(table())


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A course that has just been begun."""
    make_course(str(tmp_path / "own"))
    return tmp_path / "own"


def problems(folder: Path) -> list[str]:
    return verify(read_course(str(folder)), RealHost(), None, ENV).problems


def test_a_course_of_ones_own_is_whole(own: Path) -> None:
    assert problems(own) == []
    assert len(read_course(str(own)).lessons) == 3
    with pytest.raises(UsageError, match="is not empty"):
        make_course(str(own))


SPOILT = [
    ("exercise.nix", "null", "2", "the exercise as it is given passes"),
    ("exercise.nix", "# Say", "/**/ # Say", "does not begin with a comment"),
    ("solution.nix", "2", "4", "the solution does not pass: what is to hold: 4, not 2"),
    ("predict.toml", "answer = '2'", "answer = '5'", "question 1: Nix gave 5, nixlite gives 2"),
    ("predict.toml", "value = '3'", "value = '2'", "question 1: the wrong answer 2 is right"),
    ("predict.toml", "value = '3'", "value = 'nope'", "question 1: the wrong answer nope is no expression"),
    ("wrong/one.nix", "3", "2", "wrong/one.nix passes"),
    ("wrong/one.nix", "  two = 3;\n", "", "wrong/one.nix gets the feedback of wrong/missing.nix"),
    ("why.md", "$ nixlite trace", "nixlite trace", "why.md shows no command's output"),
    ("why.md", "--expr '1 + 1'", "--exprr nope", "why.md: a command fails"),
    ("lesson.md", "One idea", "One idea " * 200, "words, more than 200"),
]


@pytest.mark.parametrize(("file", "old", "new", "problem"), SPOILT, ids=range(len(SPOILT)))
def test_what_is_spoilt_is_told(own: Path, file: str, old: str, new: str, problem: str) -> None:
    path = own / "01-a-value" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    found = problems(own)
    assert any(problem in one for one in found), found
    assert all(one.startswith("01-a-value: ") for one in found)


REFUSED = [
    ("01-a-value/hints.md", "one\n\ntwo\n\nthree\n", "has 3 hints"),
    ("01-a-value/lesson.md", "no title\n", "does not begin with a title"),
    ("01-a-value/predict.toml", "[[question]\n", "is no TOML"),
    ("01-a-value/predict.toml", "[[question]]\nask = 'x'\n", "question 1 in .* has no text 'code'"),
    ("01-a-value/predict.toml", "[[question]]\nhow = 'x'\n", "has an unknown key 'how'"),
    ("01-a-value/wrong/one.nix", "1\n", "does not begin with a comment"),
    ("01-again/lesson.md", "", "01-again"),
]


@pytest.mark.parametrize(("file", "text", "problem"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_course_is_refused(own: Path, file: str, text: str, problem: str) -> None:
    (own / file).parent.mkdir(exist_ok=True)
    (own / file).write_text(text, "utf-8")
    with pytest.raises(UsageError, match=problem):
        read_course(str(own))


def test_a_missing_course_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no course"):
        read_course(str(tmp_path))
    with pytest.raises(UsageError, match="learn new"):
        read_course(str(tmp_path / "none"))


def bench_of(number: int) -> tuple[Bench, Lesson]:
    lesson = COURSE.lessons[number - 1]
    return Bench(RealHost(), [str(lesson.folder)]), lesson


@pytest.mark.parametrize(
    ("number", "question", "said", "right", "says"),
    [
        (4, 1, '"x-1"', True, ""),
        (4, 1, "x-1", True, ""),  # without its quotes
        (4, 1, '"x-" + "1"', True, ""),
        (4, 1, '"x-2"', False, "looked up where they are written"),
        (4, 1, "error", False, ""),
        (4, 1, "((", False, "no Nix expression"),
        (4, 1, "", False, ""),
        (4, 2, "error", False, "it is computed"),
        (2, 1, "error", True, ""),
        (2, 1, "an error", True, ""),
        (2, 1, "1 + 0", False, "Only `...` allows that"),
        (5, 2, "{ a.y = 2; }", True, ""),
    ],
)  # fmt: skip
def test_predictions(number: int, question: int, said: str, right: bool, says: str) -> None:
    bench, lesson = bench_of(number)
    told = predict(bench, lesson.questions[question - 1], said, str(lesson.folder))
    assert told["right"] is right
    if says:
        assert says in told["says"] or says in lesson.questions[question - 1].why


FIVE = """
let pkgs = import <nixpkgs> {{ }}; inherit (pkgs) lib; in {{
  one = pkgs.hello {one};
  two = pkgs.graphviz.overrideAttrs (old: {{ buildInputs = old.buildInputs ++ [ pkgs.zlib ]; }});
  three = pkgs.curl.override {{ version = "9.0"; }};
  four = pkgs.python3Packages.six.overrideAttrs {{ doCheck = false; }};
  five = import <nixpkgs> {{ overlays = [ ]; }};
}}
"""


@pytest.mark.parametrize(
    ("number", "text", "by", "says"),
    [
        (1, "{ add = a: b: a + b; label = p: p.nam; hello = 1; }", "error", "You ask a set for `nam`"),
        (1, '{ add = a: b: a + b; label = p: "${p.name}-${p.version}"; hello = 1; }', "error", "A set is needed here"),
        (3, '{ pick = c: a: b: if c then a else b; firstOr = v: l: 7; mixed.good = 1; mixed.bad = throw ""; }', "kind", "another one"),
        (3, '{ pick = c: a: b: if c then a else b; firstOr = v: l: [ ]; mixed.good = 1; mixed.bad = throw ""; }', "kind", "wants a number, and yours gives a list"),
        (1, "{ add = a: c: a + b; }", "error", "the name `b`"),
        (4, "# my own words\n" + COURSE.lessons[3].exercise.partition("\nlet")[2].join(["let", ""]), "untouched", "as it was given"),
        # several mistakes at once: the first that is known is told
        (20, FIVE.format(one='// { name = "hello-2.99"; }'), "near", "The first is still //"),
        (20, FIVE.format(one='.overrideAttrs { name = "hello-2.99"; }'), "near", "The third is still refused"),
    ],
)  # fmt: skip
def test_feedback(number: int, text: str, by: str, says: str) -> None:
    bench, lesson = bench_of(number)
    told = judge(bench, lesson, text, str(lesson.folder))
    assert not told["done"]
    assert says in told["says"].replace("`//`", "//")
    assert told["by"] == by or told["broken"]


def test_a_cause_is_found_where_nobody_thought_of_the_mistake() -> None:
    bench, lesson = bench_of(4)
    text = """
        let make = version: { inherit version; name = "tree-${version}"; }; in
        { inherit make; old = make "1"; newer = make "2" // { name = "tree-3"; }; }
    """
    assert judge(bench, lesson, text, str(lesson.folder))["asked"] == [
        "why", "exercise.nix", "newer.name", "--expected", '"tree-2"',
    ]  # fmt: skip


def test_courses_see_nothing_but_their_own_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("42", "utf-8")
    bench, lesson = bench_of(1)
    told = bench.of_text(f"builtins.readFile {secret}", str(lesson.folder))
    assert told.failed
    assert "42" not in str(told)
    assert bench.of_text('builtins.getEnv "PATH"', str(lesson.folder)).shown == '""'
    for more in (
        [],
        ["--impure"],
        ["--no-restrict-eval"],
        ["--option", "restrict-eval", "false"],
        ["-I", "/"],
    ):
        shown = run(["eval", *more, "--expr", f"builtins.readFile {secret}"], str(lesson.folder), ENV)
        assert "42" not in shown, more


def test_a_lesson_is_the_same_for_whoever_has_another_nixpkgs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "default.nix").write_text('throw "not this one"', "utf-8")
    monkeypatch.setenv("NIX_PATH", f"nixpkgs={tmp_path}")
    lesson = COURSE.lessons[10]
    assert (
        Bench(CapturingHost(), [str(lesson.folder)]).of_text("(import <nixpkgs> { }).gd.pname", "/").shown
        == '"gd"'
    )


def test_other_files_lie_beside_the_exercise(tmp_path: Path) -> None:
    lesson = COURSE.lessons[7]
    assert [path.name for path in lesson.files] == ["graphviz.nix", "needs-gd.nix"]
    for path in lesson.files:
        shutil.copy(path, tmp_path)
    bench = Bench(RealHost(), [str(lesson.folder), str(tmp_path)])
    assert judge(bench, lesson, lesson.solution, str(tmp_path))["done"]
