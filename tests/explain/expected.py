"""Questions of what was expected, and their judge: real Nix says what there is, and what advice makes of it.

`expected.jsonl` has a case a line: *files* (`f.nix` is the program, `LIB` the module system of `modulelib`), the
*path*, what was *expected*, and the true *step* that kept it out, with the place *at* which that is.

    python -m tests.explain.expected --nix 'nix-instantiate'     what a Nix says of every case, before and after
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nixlite.cli.auto_call import auto_call
from nixlite.explain.expected.answer import WhyNot, why_not
from nixlite.explain.expected.asked import expression
from nixlite.explain.recording.program import Program
from nixlite.host.settings import Settings
from nixlite.resources import stdlib_directory
from nixlite.runtime.values import NixPath
from tests.explain.support import CODES, quiet_host

if TYPE_CHECKING:
    from nixlite.explain.recording.instrumented import InstrumentedEvaluator
    from nixlite.explain.trials import Change
    from nixlite.runtime.values import Lazy

HERE = Path(__file__).parent
CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (HERE / "expected.jsonl").read_text("utf-8").splitlines()
]
OVERRIDDEN = "it"


def ask(folder: Path, case: dict[str, Any]) -> WhyNot:
    """The answer to a case, whose files are written to a folder."""
    for name, text in case["files"].items():
        (folder / name).write_text(text.replace("LIB", str(HERE / "modulelib")), "utf-8")
    main = str(folder / "f.nix")
    settings = Settings()
    settings.cwd = str(folder)

    def evaluate(evaluator: InstrumentedEvaluator) -> Lazy:
        return auto_call(evaluator.import_file(NixPath(main)), {})

    program = Program(settings, quiet_host(), evaluate, [main], CODES.disk)
    return why_not(program, case["path"].split("."), expression(case["expected"], str(folder)))


def mended(folder: Path, answer: WhyNot, case: dict[str, Any]) -> str:
    """The expression that the advice makes of the program, its changes written to the files."""
    advice = answer.advice[0]
    for name in {change.source for change in advice.changes}:
        apply(name, [change for change in advice.changes if change.source == name])
    program = f"(import {folder}/f.nix)"
    path = case["path"]
    if advice.changes:
        return f"{program}.{path}"
    if advice.code.startswith("--argstr "):
        _, name, text = advice.code.split(" ")
        return f'({program} {{ {name} = "{text}"; }}).{path}'
    if path.startswith("config."):
        return f"({program}.extendModules {{ modules = [ ({{ lib, ... }}: {{ {advice.code} }}) ]; }}).{path}"
    return f"(let {OVERRIDDEN} = {program}; in ({advice.code})).{path}"


def apply(name: str, changes: list[Change]) -> None:
    """Change a file."""
    text = Path(name).read_text("utf-8")
    for change in sorted(changes, key=lambda item: item.start, reverse=True):
        text = text[: change.start] + change.text + text[change.end :]
    Path(name).write_text(text, "utf-8")


def main() -> int:
    """Ask a Nix about every case."""
    parser = argparse.ArgumentParser(prog="python -m tests.explain.expected")
    parser.add_argument("--nix", default="nix-instantiate", help="the command that evaluates")
    command = parser.parse_args().nix.split()
    wrong = 0
    for case in CASES:
        with tempfile.TemporaryDirectory() as directory:
            folder = Path(directory)
            answer = ask(folder, case)
            program = f"(let f = import {folder}/f.nix; in if builtins.isFunction f then f {{ }} else f)"
            before = judged(command, f"{program}.{case['path']}", case["expected"])
            after = judged(command, mended(folder, answer, case), case["expected"])
        at = f"{Path(answer.place[0]).name}:{answer.place[1]}" if answer.place is not None else ""
        right = (answer.step, at) == (case["step"], case["at"])
        if before == "true" or after != "true" or not right:
            wrong += 1
            print(f"{case['name']}: before {before}, after {after}; {answer.step} at {at}")
    print(f"{len(CASES) - wrong} of {len(CASES)} right")
    return 1 if wrong else 0


def judged(command: list[str], expression: str, expected: str) -> str:
    """What a Nix says to whether an expression is what was expected."""
    text = f"({expression}) == ({expected})"
    include = f"nixpkgs={stdlib_directory()}/nixpkgs"
    done = subprocess.run(
        [*command, "--eval", "--strict", "-I", include, "-E", text],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


if __name__ == "__main__":
    sys.exit(main())
