"""Command lines and what Nix 2.34.8 answered: `*_lines.txt`, each with its `….jsonl`, and recording anew.

`command_lines.txt` goes through the flags; `small_lines.txt` holds what strangers' inputs showed, one kind after
the other. A line is a shell command line without redirections: variables, then `nix-instantiate …` or
`nix eval …`; what follows `<<<` is the standard input, `\\n` in it is a new line. They run in a directory with
`FILES`, which messages call `/tmp/case`.

    python -m tests.cli.recorded ../shared/tools/real-nix     (a command that runs another with a real Nix)
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ANSWERS = {"command_lines.txt": "answers.jsonl", "small_lines.txt": "small_answers.jsonl"}
DIRECTORY = "/tmp/case"
DERIVATIONS = """\
[
  (derivation { name = "a"; system = "s"; builder = "b"; })
  {
    d = derivation { name = "b"; system = "s"; builder = "b"; outputs = [ "dev" "out" ]; };
    e = { recurseForDerivations = true; g = derivation { name = "g"; system = "s"; builder = "b"; }; };
    h.i = throw "x";
  }
]
"""
FILES = {
    "bad.nix": "1 +\n",
    "broken": "@symlink nowhere",
    "d/a.txt": "a\n",
    "dd/l": "@symlink ../f",
    "drvs.nix": DERIVATIONS,
    "empty.nix": "",
    "f": "x\n",
    "fn.nix": "{ x ? 1, y }: { r = x + y; }\n",
    "l": "@symlink f",
    "lbad": "@symlink bad.nix",
    "loop": "@symlink loop",
    "lpk": "@symlink pk",
    "pk/default.nix": "{ a = 1; b = ./x; }\n",
    "q/default.nix": "@symlink ../pk/default.nix",
    "t.nix": "{ a = 1; b.c = [ 1 (1+1) ]; f = { x }: x; }\n",
}


class CommandLine(NamedTuple):
    """A line of `command_lines.txt`, taken apart."""

    text: str
    environment: dict[str, str]
    words: list[str]
    stdin: str


class Recorded(NamedTuple):
    """A command line with Nix's exit code and outputs."""

    line: str
    rc: int
    stdout: str
    stderr: str


def read_line(text: str) -> CommandLine:
    """Take a command line apart."""
    command, _, stdin = text.partition("<<<")
    words = shlex.split(command)
    environment = {"NIX_PATH": "", "HOME": f"{DIRECTORY}-home", "NO_COLOR": "1", "TERM": "dumb"}
    while words[0] not in ("nix", "nix-instantiate"):
        name, _, value = words.pop(0).partition("=")
        environment[name] = value
    return CommandLine(text, environment, words, stdin.strip().replace("\\n", "\n"))


def load() -> list[Recorded]:
    """All recorded answers."""
    texts = [(HERE / name).read_text("utf-8") for name in ANSWERS.values()]
    return [Recorded(**json.loads(line)) for text in texts for line in text.split("\n") if line]


def record(nix: list[str], line: CommandLine) -> Recorded:
    """Ask the real Nix, in a fresh directory."""
    with tempfile.TemporaryDirectory(prefix="nixlite-record-") as holder:
        place = os.path.join(os.path.realpath(holder), "case")
        for name, text in FILES.items():
            path = Path(place, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            if text.startswith("@symlink "):
                path.symlink_to(text.removeprefix("@symlink "))
            else:
                path.write_text(text, "utf-8")
        variables = [f"{name}={value}".replace(DIRECTORY, place) for name, value in line.environment.items()]
        words = [word.replace(DIRECTORY, place) for word in line.words]
        done = subprocess.run(
            [*nix, "env", *variables, *words],
            cwd=place,
            input=line.stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        out, err = (text.replace(place, DIRECTORY) for text in (done.stdout, done.stderr))
        return Recorded(line.text, done.returncode, out, err)


def main() -> None:
    """Record every command line anew."""
    nix = [os.path.abspath(sys.argv[1]), *sys.argv[2:]]
    for name, answers in ANSWERS.items():
        lines = (HERE / name).read_text("utf-8").splitlines()
        wanted = [read_line(line) for line in lines if line and not line.startswith("#")]
        with (HERE / answers).open("w", encoding="utf-8") as file:
            for line in wanted:
                file.write(json.dumps(record(nix, line)._asdict(), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
