"""Writes `nixlite/builtins/index.py` anew from the declarations: `python -m tests.builtins.index`."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import nixlite.builtins
from nixlite.builtins.registry import REGISTRY

FILE = Path(nixlite.builtins.__file__).parent / "index.py"
MARK = "BUILTINS: dict[str, Row] = {\n"


def rows() -> str:
    """The rows of the table, sorted by name."""
    for module in pkgutil.iter_modules(nixlite.builtins.__path__):
        importlib.import_module(f"nixlite.builtins.{module.name}")
    lines = []
    for name, row in sorted(REGISTRY.items()):
        topic = row.function.__module__.rpartition(".")[2]
        arity = "CONSTANT" if row.is_constant else len(row.arguments)
        condition = "IMPURE" if row.impure else f'"{row.feature or ""}"'
        lines.append(f'    "{name}": ("{topic}", {arity}, {row.top_level}, {condition}),\n')
    return "".join(lines)


def index() -> str:
    """What the file should be: the text before the table stays."""
    head, mark, _ = FILE.read_text("utf-8").partition(MARK)
    return f"{head}{mark}{rows()}}}\n"


if __name__ == "__main__":
    FILE.write_text(index(), "utf-8")
