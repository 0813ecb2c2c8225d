"""What real Nix says of the bundled package set, and how it is asked.

`drvpaths.json` has the paths of all packages for two systems; `examples/X.json` the value of `examples/X.nix`.
Both are JSON, as `nix-instantiate --eval --strict --json` prints it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SYSTEMS = ("x86_64-linux", "aarch64-darwin")
EXAMPLES = sorted(path.stem for path in (HERE / "examples").glob("group*.nix"))
DRV_PATHS = HERE / "drvpaths.json"
FLAGS = ("--eval", "--strict", "--json", "-I", f"nixpkgs={ROOT}/stdlib/nixpkgs")


def drv_path_arguments(system: str) -> list[str]:
    """The arguments of `nix-instantiate` that give the paths of all packages."""
    return [*FLAGS, str(HERE / "drvpaths.nix"), "--argstr", "system", system]


def example_arguments(name: str) -> list[str]:
    """The arguments of `nix-instantiate` that give the value of an example."""
    return [*FLAGS, str(HERE / "examples" / f"{name}.nix")]


def recorded_drv_paths() -> dict[str, dict[str, str]]:
    """For each system the paths by name."""
    paths: dict[str, dict[str, str]] = json.loads(DRV_PATHS.read_text())
    return paths


def recorded_example(name: str) -> Any:
    """The value of an example."""
    return json.loads((HERE / "examples" / f"{name}.json").read_text())


def as_text(value: Any) -> str:
    """JSON for a file that people read."""
    return json.dumps(value, indent=2, sort_keys=True) + "\n"
