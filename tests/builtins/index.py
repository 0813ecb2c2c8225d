"""Writes `nixlite/builtins/index.py` anew from the declarations: `python -m tests.builtins.index`."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import nixlite.builtins
from nixlite.builtins.registry import REGISTRY

FILE = Path(nixlite.builtins.__file__).parent / "index.py"
WIDTH = 110
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


def facts() -> str:
    """The tables of what the compiler may know."""
    forces = {name: row.forces for name, row in sorted(REGISTRY.items()) if row.forces}
    keeps = {name: row.keeps for name, row in sorted(REGISTRY.items()) if row.keeps is not None}
    written = "".join(f"{written_out(value, f'    {quoted(name)}: ')},\n" for name, value in forces.items())
    kept = "".join(f"    {quoted(name)}: {number},\n" for name, number in keeps.items())
    return (
        f"\nFORCES: dict[str, tuple[Forced, ...]] = {{\n{written}}}\n\nKEEPS: dict[str, int] = {{\n{kept}}}\n"
    )


def quoted(text: str) -> str:
    """A string as the formatter writes it."""
    return f'"{text}"'


def written_out(value: object, before: str) -> str:
    """A value after *before*, on one line where it fits, as the formatter writes it."""
    line = f"{before}{on_a_line(value)}"
    if len(line) < WIDTH or not isinstance(value, tuple):
        return line
    indent = " " * (len(before) - len(before.lstrip()))
    parts = "".join(f"{written_out(part, f'{indent}    ')},\n" for part in value)
    return f"{before}(\n{parts}{indent})"


def on_a_line(value: object) -> str:
    """A value on one line."""
    if isinstance(value, tuple):
        parts = ", ".join(map(on_a_line, value))
        return f"({parts},)" if len(value) == 1 else f"({parts})"
    return quoted(value) if isinstance(value, str) else repr(value)


def index() -> str:
    """What the file should be: the text before the table stays."""
    head, mark, _ = FILE.read_text("utf-8").partition(MARK)
    return f"{head}{mark}{rows()}}}\n{facts()}"


if __name__ == "__main__":
    FILE.write_text(index(), "utf-8")
