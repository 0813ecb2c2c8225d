"""Records what a real Nix says to the cases: `python -m tests.store.record [COMMAND…]`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.store.cases import DERIVATIONS, ERRORS, FILES, Link

ANSWERS = Path(__file__).parent / "answers.json"
DRV_PATH = re.compile(r"/nix/store/[0-9a-z]{32}-[^!\n\"]*\.drv")


def write_files(directory: Path) -> None:
    """Put `FILES` into a directory."""
    for name, content in FILES.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            path.symlink_to(content.target)
        elif isinstance(content, bytes):
            path.write_bytes(content)
            path.chmod(0o755)
        else:
            path.write_text(content, encoding="utf-8")


def run(prefix: list[str], directory: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the real Nix."""
    return subprocess.run(
        [*prefix, *command],
        cwd=directory,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )


def features(names: str) -> list[str]:
    """The flags for experimental features."""
    return [word for name in names.split() for word in ("--extra-experimental-features", name)]


def record(prefix: list[str]) -> dict[str, Any]:
    """The answers, by expression and features."""
    answers: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as directory:
        write_files(Path(directory))
        for expression, names, _ in DERIVATIONS:
            done = run(prefix, directory, "nix-instantiate", "-E", expression, *features(names))
            found = DRV_PATH.search(done.stdout)
            if found is None:
                sys.exit(f"{expression}\n{done.stderr}")
            path = found[0]
            text = run(prefix, directory, "cat", path).stdout
            shown = run(
                prefix, directory, "nix", "derivation", "show", path,
                "--extra-experimental-features", "nix-command", *features(names),
            )  # fmt: skip
            answers[f"{names}: {expression}"] = {
                "path": path,
                "text": text,
                "shown": json.loads(shown.stdout)["derivations"][path.removeprefix("/nix/store/")],
            }
        for expression, names, _ in ERRORS:
            command = ("nix-instantiate", "--eval", "--strict", "--read-write-mode", "-E", expression)
            if expression.startswith("derivation "):
                command = ("nix-instantiate", "-E", expression)
            done = run(prefix, directory, *command, *features(names))
            if done.returncode == 0:
                sys.exit(f"no error: {expression}")
            answers[f"{names}: {expression}"] = {"message": message(done.stderr)}
    return answers


def message(stderr: str) -> str:
    """The last error's message, without its position."""
    text = re.split(r"(?:^|\n) *error: ", stderr)[-1]
    text = re.split(r"\n *at |\nTry '", text)[0]
    return "\n".join(line.removeprefix("       ") for line in text.rstrip().split("\n"))


if __name__ == "__main__":
    ANSWERS.write_text(
        json.dumps(record(sys.argv[1:]), indent=1, ensure_ascii=False, sort_keys=True) + "\n",
        encoding="utf-8",
    )
