"""The pages name files, modules and functions that are there; so do docstrings."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.imports import imports, modules, room
from tests.readme import PAGES
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#:]+)\)")
FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?")
NAME = re.compile(r"[a-z]+(?:_[a-z]+)+|(?:[A-Z][a-z]+){2,}")
MODULE = re.compile(r"(?:nixlite|tests)(?:\.[a-z_]+)+")
INTERNALS = [ROOT / "nixlite" / "README.md", ROOT / ".github" / "CONTRIBUTING.md"]

SOURCES = {
    path: path.read_text("utf-8") for folder in ("nixlite", "tests") for path in (ROOT / folder).rglob("*.py")
}
ALL = "\n".join(SOURCES.values())


def words(text: str) -> Iterator[str]:
    """What stands between backticks, word by word."""
    for code in CODE.findall(text):
        yield from code.split()


def is_file(word: str, page: Path) -> bool:
    """Whether a word that looks like a file names one, beside the page, in the package or in the checkout."""
    return any((place / word).exists() for place in (page.parent, ROOT / "nixlite", ROOT))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert {
        link for link in LINK.findall(page.read_text("utf-8")) if not (page.parent / link).exists()
    } == set()


@pytest.mark.parametrize("page", INTERNALS, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_are_there(page: Path) -> None:
    named = {
        word
        for word in words(page.read_text("utf-8"))
        if FILE.fullmatch(word) and "//" not in word and (word.endswith(".py") or "/" in word)
    }
    assert named
    assert {word for word in named if not is_file(word, page)} == set()


@pytest.mark.parametrize("page", INTERNALS, ids=lambda page: str(page.relative_to(ROOT)))
def test_functions_classes_and_modules_are_there(page: Path) -> None:
    named = {word for word in words(page.read_text("utf-8")) if NAME.fullmatch(word)}
    assert {word for word in named if not re.search(rf"\b{word}\b", ALL)} == set()
    asked = {word for word in words(page.read_text("utf-8")) if MODULE.fullmatch(word)}
    assert {name for name in asked if not is_module(name)} == set()


def is_module(name: str) -> bool:
    """Whether there is such a module, or a name of one."""
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").exists() or path.parent.with_suffix(".py").exists()


MODULES = modules()
ROOMS = {name.split(".")[1] for name in MODULES if name.count(".") > 1} - {"builtins"}  # Nix's, too
INNER = re.compile(rf"(?:{'|'.join(sorted(ROOMS))})(?:\.[a-z_]+)+")


@pytest.mark.parametrize("module", MODULES)
def test_docstrings_name_modules_that_are_there(module: str) -> None:
    """`runtime.depth` in a docstring is the module, or a name in one."""
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    documented = (ast.Module, ast.FunctionDef, ast.ClassDef)
    texts = [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, documented)]
    named = {code for text in texts for code in CODE.findall(text) if INNER.fullmatch(code)}
    assert {name for name in named if not names_something(name)} == set()


def names_something(name: str) -> bool:
    """Whether a dotted name is a module, or something in one."""
    if f"nixlite.{name}" in MODULES:
        return True
    inside, _, last = name.rpartition(".")
    path = MODULES.get(f"nixlite.{inside}")
    return path is not None and re.search(rf"\b{last}\b", path.read_text("utf-8")) is not None


ROOM_FILES = sorted(
    path for path in (ROOT / "nixlite").rglob("__init__.py") if path.parent != ROOT / "nixlite"
)


@pytest.mark.parametrize("file", ROOM_FILES, ids=lambda file: str(file.parent.relative_to(ROOT)))
def test_a_room_of_several_files_says_in_which_order_to_read_it(file: Path) -> None:
    others = {path.stem for path in file.parent.glob("*.py")} - {"__init__"}
    named = set(CODE.findall(ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""))
    assert len(others) < 4 or len({name.rstrip("/").split(".")[0] for name in named} & others) > 1


def test_the_table_of_rooms_is_in_the_order_of_the_imports() -> None:
    """`nixlite/README.md`: what a room imports stands above it, or in the same row."""
    text = (ROOT / "nixlite" / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE)
    place = {
        name.removesuffix(".py").rstrip("/"): number
        for number, row in enumerate(rows)
        for name in CODE.findall(row)
    }
    edges = {(room(edge.module), room(edge.other)) for edge in imports()}
    assert {name for pair in edges for name in pair} - place.keys() == {"__main__", "oracle"}
    known = [(a, b) for a, b in edges if a in place and b in place]
    assert [(a, b) for a, b in known if place[a] < place[b]] == []
