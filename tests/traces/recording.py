"""Programs of which all that a real Nix prints was recorded, traces included; `python -m tests.traces.recording`.

    python -m tests.traces.recording --nix 'COMMAND'

evaluates `programs.nix.txt`, a program a line, as `nix-instantiate --eval --strict --show-trace`, and without
`--strict`, and writes `answers.jsonl`. COMMAND is as for `tests.fuzz.against_nix`, where programs may be looked
for of which nixlite says something else.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.symbols.against_nix import nix_answers
from tests.symbols.programs import Program

HERE = Path(__file__).parent
PROGRAMS, ANSWERS = HERE / "programs.nix.txt", HERE / "answers.jsonl"
STRICT, LAZY = ("--strict", "--show-trace"), ("--show-trace",)


def programs() -> list[Program]:
    """What is evaluated: each line in both ways; `#` begins a line that says what they are about."""
    lines = PROGRAMS.read_text().splitlines()
    return [
        Program(line, {}, arguments)
        for line in lines
        if line and not line.startswith("#")
        for arguments in (STRICT, LAZY)
    ]


def main() -> int:
    """The command line."""
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--nix", required=True, help="what runs nix-instantiate")
    options = reader.parse_args()
    made = programs()
    with tempfile.TemporaryDirectory(prefix="traces-") as name, ANSWERS.open("w") as file:
        for item, answer in zip(made, nix_answers(options.nix.split(), made, Path(name), 2), strict=True):
            row = {
                "text": item.text,
                "arguments": item.arguments,
                "rc": answer[0],
                "out": answer[1],
                "err": answer[2],
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
