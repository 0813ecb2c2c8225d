"""The part of nixlite that runs in the page, as one zip file: its modules, grammar, tables and Nix files.

What only a machine with processes, terminals and a network can use is left out. `npm/pack.mjs` makes of it
what the page loads.
"""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from typing import TYPE_CHECKING

from nixlite.resources import PACKAGE, course_directory, grammar_directory, stdlib_directory

if TYPE_CHECKING:
    from collections.abc import Iterator

LEFT_OUT = (
    "docs/", "documents/", "fetch/git", "fetch/mercurial", "jobs/", "kernel/", "lsp/", "oracle", "packaging/",
    "repl/app", "testing/", "playground/archive", "playground/boot", "playground/command",
    "playground/packages", "playground/serving", "playground/site", "playground/npm/", "playground/page/",
    "_grammar/", "_stdlib/",
)  # fmt: skip
"""Beginnings of paths below the package that the page has no use for, or that come from elsewhere."""

TABLES = "nixlite/syntax/_tables.bin"
TIME = (1980, 1, 1, 0, 0, 0)
"""The time of all files: the same files make the same archive."""


def contents() -> dict[str, bytes]:
    """The files of the archive, by their names in it."""
    found = dict(sorted(modules()))
    found.update(data(grammar_directory(), "nixlite/_grammar"))
    found.update(data(stdlib_directory(), "nixlite/_stdlib"))
    found.pop("nixlite/_stdlib/learn.zip", None)
    found.update(data(course_directory(), "nixlite/_stdlib/learn"))
    found.setdefault(TABLES, tables())
    return found


def modules() -> Iterator[tuple[str, bytes]]:
    """The Python files and what lies beside them: the texts about builtins, the tables where a wheel has
    brought them; no pages of documentation."""
    for name, content in data(PACKAGE, "nixlite"):
        inside = name.removeprefix("nixlite/")
        is_page = name.endswith("/README.md") or (name.endswith(".md") and "/" not in inside)
        if not is_page and not name.endswith(".pyc") and not inside.startswith(LEFT_OUT):
            yield name, content


def data(folder: str, name: str) -> Iterator[tuple[str, bytes]]:
    """The files below a folder, by their names in the archive."""
    for at, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if each != "__pycache__")
        below = os.path.relpath(at, folder).replace(os.sep, "/")
        prefix = name if below == "." else f"{name}/{below}"
        for file in sorted(files):
            with open(os.path.join(at, file), "rb") as opened:
                yield f"{prefix}/{file}", opened.read()


def tables() -> bytes:
    """The parser's tables, which an installed nixlite has brought and a checkout computes."""
    from nixlite.syntax.tables import write

    with tempfile.TemporaryDirectory(prefix="nixlite-tables-") as folder:
        path = os.path.join(folder, "tables.bin")
        write(path)
        with open(path, "rb") as file:
            return file.read()


def archive(files: dict[str, bytes]) -> bytes:
    """The files as a zip file, the same bytes for the same files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(name, TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            zipped.writestr(info, content)
    return made.getvalue()
