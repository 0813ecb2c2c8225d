"""Compare nixlite with a real Nix on random programs (`programs.py`), each in a process or evaluator of its own.

    python -m tests.symbols.against_nix --nix COMMAND --seeds 0 2000

COMMAND runs the words that follow it where `nix-instantiate` is (`env`, if that is here), and sees the directory
for temporary files. `answers.jsonl` was written by `--seeds 0 100 --record`, with Nix 2.34.8.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from nixlite.oracle import run
from tests.symbols.claims import claimed
from tests.symbols.programs import program

if TYPE_CHECKING:
    from tests.symbols.programs import Program

ANSWERS = Path(__file__).with_name("answers.jsonl")

LOOP = """
while read -r case; do
  cd "$case"
  NIX_PATH= timeout 20 sh command </dev/null >out 2>err
  echo $? >rc
done
"""

Answer = tuple[int, str, str]


def environment(directory: str) -> dict[str, str]:
    """The environment in which nixlite runs."""
    return {"HOME": directory, "NIX_PATH": "", "NIX_CONFIG": "experimental-features = nix-command flakes"}


def nixlite_answer(made: Program, directory: Path) -> Answer:
    """What nixlite says, in a directory where the files of the program are written."""
    for name, text in made.files.items():
        (directory / name).write_text(text)
    argv = ["eval", "--eval", "--no-cache", *made.arguments, "-E", made.text]
    code, out, err = run(argv, str(directory), environment(str(directory)), "")
    return code, out.replace(str(directory), "DIR"), err.replace(str(directory), "DIR")


def nix_answers(nix: list[str], made: list[Program], root: Path, jobs: int) -> list[Answer]:
    """What the real Nix says to each program."""
    cases = []
    for index, item in enumerate(made):
        case = root / str(index)
        case.mkdir()
        words = ("nix-instantiate", "--eval", *item.arguments, "-E", item.text)
        (case / "command").write_text(" ".join(map(quote, words)))
        for name, text in item.files.items():
            (case / name).write_text(text)
        cases.append(str(case))
    (root / "loop.sh").write_text(LOOP)
    command = [*nix, "sh", str(root / "loop.sh")]
    running = []
    for job in range(jobs):
        listed = root / f"cases{job}"
        listed.write_text("".join([f"{case}\n" for case in cases[job::jobs]]))
        with listed.open() as lines:
            running.append(subprocess.Popen(command, stdin=lines))
    for process in running:
        process.wait()
    return [recorded(root / str(index)) for index in range(len(made))]


def recorded(case: Path) -> Answer:
    """The answer that was written into a case's directory."""
    texts = [
        (case / name).read_text(errors="surrogateescape").replace(str(case), "DIR") for name in ("out", "err")
    ]
    return int((case / "rc").read_text()), texts[0], texts[1]


def compare(seeds: range, nix: list[str], jobs: int, show: int) -> dict[str, list[int]]:
    """The seeds of the programs whose answers differ, by what differs; prints some of them."""
    made = [program(seed) for seed in seeds]
    differ: dict[str, list[int]] = {"stdout or code": [], "stderr": []}
    with tempfile.TemporaryDirectory(prefix="symbols-") as name:
        root = Path(name)
        expected = nix_answers(nix, made, root, jobs)
        for index, (seed, item, answer) in enumerate(zip(seeds, made, expected, strict=True)):
            found = nixlite_answer(item, root / str(index))
            if found == answer:
                continue
            kind = "stderr" if found[:2] == answer[:2] else "stdout or code"
            differ[kind].append(seed)
            if sum(map(len, differ.values())) <= show:
                print(
                    f"--- {seed}: {kind}\n{item.text}\n{item.files} {item.arguments}\nNix: {answer}\nnixlite: {found}"
                )
    return differ


def record(seeds: range, nix: list[str], jobs: int) -> None:
    """Write what Nix says to all claims and some programs."""
    made = [*claimed(), *[program(seed) for seed in seeds]]
    with tempfile.TemporaryDirectory(prefix="symbols-") as name, ANSWERS.open("w") as file:
        for item, answer in zip(made, nix_answers(nix, made, Path(name), jobs), strict=True):
            row = {**item._asdict(), **dict(zip(("rc", "stdout", "stderr"), answer, strict=True))}
            file.write(json.dumps(row) + "\n")


def main() -> int:
    """The command line; 1 when something differs."""
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--nix", default="", help="what runs nix-instantiate")
    reader.add_argument("--seeds", type=int, nargs=2, default=(0, 200))
    reader.add_argument("--jobs", type=int, default=1)
    reader.add_argument("--show", type=int, default=10)
    reader.add_argument("--record", action="store_true", help="write answers.jsonl instead")
    options = reader.parse_args()
    seeds, nix = range(*options.seeds), options.nix.split()
    if options.record:
        record(seeds, nix, options.jobs)
        return 0
    differ = compare(seeds, nix, options.jobs, options.show)
    for kind, found in differ.items():
        print(f"{len(found)} of {len(seeds)} differ in {kind}: {found[:40]}")
    return 1 if any(differ.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
