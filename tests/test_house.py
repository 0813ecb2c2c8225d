"""Files and functions are as long as can be read in one sitting, and folders as large as can be overlooked."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from tests.imports import modules

MODULES = modules()

LINES, FUNCTION, FILES, IGNORED = 450, 55, 27, 40


@pytest.mark.parametrize("module", MODULES)
def test_files_and_functions_are_short(module: str) -> None:
    text = MODULES[module].read_text("utf-8")
    assert text.count("\n") <= LINES
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno + 1 > FUNCTION]
    assert long == []


def test_folders_can_be_overlooked() -> None:
    sizes = Counter(path.parent for path in MODULES.values())
    assert {str(folder): size for folder, size in sizes.items() if size > FILES} == {}


def test_types_that_are_not_checked_are_few_and_have_reasons() -> None:
    lines = [line for path in MODULES.values() for line in path.read_text("utf-8").splitlines()]
    ignored = [line for line in lines if "# type: ignore" in line]
    assert len(ignored) < IGNORED
    assert [line for line in ignored if line.count("#") < 2] == []
