"""Ask an installed Nix for the answers of the examples in `nixlite/builtins/manual/builtins.md`, and write them.

python -m tests.builtins.manual nix     # or another program that does as `nix`, such as a script
"""

from __future__ import annotations

import subprocess
import sys

from nixlite.builtins.manual import PROMPT, manual_path, manual_text

FEATURES = "nix-command flakes fetch-tree"


def answer_of(program: list[str], expression: str) -> str:
    """What Nix prints for an expression, or the first line of its error."""
    words = ["eval", "--extra-experimental-features", FEATURES, "--impure", "--expr", expression]
    done = subprocess.run([*program, *words], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return done.stdout.strip("\n")
    return "error: " + done.stderr.rpartition("error: ")[2].split("\n")[0]


def recorded(program: list[str], text: str) -> str:
    """The manual with new answers."""
    blocks = []
    for block in text.split("\n\n"):
        if block.startswith(f"    {PROMPT}"):
            lines = block.split("\n")
            margin = " " * (4 + len(PROMPT))
            end = next((n for n, line in enumerate(lines) if n and not line.startswith(margin)), len(lines))
            asked = [line[len(margin) :] for line in lines[:end]]
            answer = answer_of(program, "\n".join(asked))
            block = "\n".join([*lines[:end], *[f"    {line}" for line in answer.split("\n")]])
        blocks.append(block)
    return "\n\n".join(blocks)


if __name__ == "__main__":
    new = recorded(sys.argv[1:], manual_text())
    with open(manual_path(), "w", encoding="utf-8") as file:
        file.write(new)
