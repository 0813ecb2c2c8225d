"""Ask a real Nix whether it gives what the course says: every prediction's answer, every solution.

python -m tests.learn.against_nix --nix nix-instantiate [FOLDER]
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

from nixlite.learn.course import read_course
from nixlite.resources import stdlib_directory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.learn.course import Lesson

ALL_HOLD = """
let a = (import ./check.nix) (import ./solution.nix);
in builtins.filter (n: a.${n}.expr != a.${n}.expected) (builtins.attrNames a)
"""


def ask(nix: str, lesson: Lesson, expression: str) -> tuple[bool, str]:
    """Whether it can be evaluated, and what it gives."""
    library = stdlib_directory()
    command = [
        *shlex.split(nix),
        "--eval",
        "--strict",
        "-I",
        f"nixpkgs={library}/nixpkgs",
        "-I",
        f"nixlite={library}",
    ]
    command += ["--option", "system", "x86_64-linux", "-E", expression]
    done = subprocess.run(
        command, cwd=lesson.folder, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode == 0, done.stdout.strip()


def wrong(nix: str, lesson: Lesson) -> Iterator[str]:
    """What Nix says otherwise."""
    for number, question in enumerate(lesson.questions, 1):
        if question.answer == "error":
            worked, _ = ask(nix, lesson, f"builtins.deepSeq ({question.code}) true")
            if worked:
                yield f"{lesson.slug}: question {number} does not fail"
        elif ask(nix, lesson, f"({question.code}) == ({question.answer})") != (True, "true"):
            yield f"{lesson.slug}: question {number} is not {question.answer}"
    if (answer := ask(nix, lesson, ALL_HOLD)) != (True, "[ ]"):
        yield f"{lesson.slug}: the solution does not pass: {answer[1]}"


def main() -> None:
    """Ask for all lessons."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--nix", default="nix-instantiate")
    parser.add_argument("folder", nargs="?")
    options = parser.parse_args()
    course = read_course(options.folder)
    problems = [problem for lesson in course.lessons for problem in wrong(options.nix, lesson)]
    print(*problems, sep="\n", end="\n" if problems else "")
    print(f"{sum(len(lesson.questions) for lesson in course.lessons)} predictions, {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
