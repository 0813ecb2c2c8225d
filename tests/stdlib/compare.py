"""Compare the bundled package set in nixlite with the same files in real Nix, package by package.

    python -m tests.stdlib.compare --vs '../shared/tools/real-nix nix-instantiate'
    python -m tests.stdlib.compare --vs nix-instantiate --record     also write down what real Nix says

Exits with 1 if there is a difference.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from typing import Any

from tests.stdlib import recorded


def main() -> int:
    """Compare, report, and record if asked to."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.stdlib.compare", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--vs", required=True, metavar="COMMAND", help="a real nix-instantiate")
    parser.add_argument(
        "--record", action="store_true", help="write what it says into the files of the tests"
    )
    options = parser.parse_args()
    real = shlex.split(options.vs)
    ours = [sys.executable, "-m", "nixlite", "instantiate"]

    differences = 0
    paths = {}
    for system in recorded.SYSTEMS:
        arguments = recorded.drv_path_arguments(system)
        paths[system] = run(real, arguments)
        differences += report(f"packages for {system}", paths[system], run(ours, arguments))
    values = {}
    for name in recorded.EXAMPLES:
        arguments = recorded.example_arguments(name)
        values[name] = run(real, arguments)
        differences += report(name, values[name], run(ours, arguments))

    if options.record:
        recorded.DRV_PATHS.write_text(recorded.as_text(paths))
        for name, value in values.items():
            (recorded.HERE / "examples" / f"{name}.json").write_text(recorded.as_text(value))
    return 1 if differences else 0


def run(command: list[str], arguments: list[str]) -> dict[str, Any]:
    """The value that a command prints as JSON."""
    done = subprocess.run(
        [*command, *arguments], cwd=recorded.ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def report(title: str, real: dict[str, Any], ours: dict[str, Any]) -> int:
    """Print how many attributes agree, and those that do not. Returns how many do not."""
    names = sorted(real.keys() | ours.keys())
    different = [name for name in names if real.get(name) != ours.get(name)]
    print(f"{title}: {len(names) - len(different)} of {len(names)} equal")
    for name in different:
        print(f"  {name}\n    real Nix: {real.get(name)}\n    nixlite:  {ours.get(name)}")
    return len(different)


if __name__ == "__main__":
    sys.exit(main())
