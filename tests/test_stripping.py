"""What a wheel has of a Python file: the same code at the same places, without comments and docstrings."""

from __future__ import annotations

import ast
import random
from typing import TYPE_CHECKING

import pytest

from nixlite.packaging.stripping import DOCUMENTED, is_docstring, stripped
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = [
    ('"""Doc."""\nx = 1  # why\n', "\nx = 1\n", "a module's docstring, a comment behind code"),
    ('# all\n\n"""Doc\nof two lines."""\n', "\n\n\n\n", "nothing is left: a module may be empty"),
    ('def f():\n    """Doc."""\n    return 1\n', "def f():\n\n    return 1\n", "a function"),
    ('def f():\n    """Doc."""  # all\n', "def f():\n    ...\n", "a body is never empty"),
    ('class A:\n    """Doc\n    more."""\n\n    x = 1\n    """About x."""\n', "class A:\n\n\n\n    x = 1\n\n", "attributes"),
    ('class A:\n    """Doc."""\n    """More."""\n', "class A:\n    ...\n\n", "all of a body are texts"),
    ('@f\ndef g():\n    """Doc."""  # x\n', '@f\ndef g():\n    """Doc."""\n', "decorators may read it"),
    ('x = "# no"  # yes\n', 'x = "# no"\n', "a text with #"),
    ('x = """\n# no  \n"""  # yes\n', 'x = """\n# no  \n"""\n', "lines of a text, with blanks at their ends"),
    ('x = f"{a}# no" + b"#" # yes "#"\n', 'x = f"{a}# no" + b"#"\n', "parts of f-strings, bytes"),
    ('x = (\n    "a"  # stays\n    "# b"\n)\n', 'x = (\n    "a"  # stays\n    "# b"\n)\n', "within texts that are one"),
    ('#!/bin/python\n# a\nx = "ä#"  # ä\n', '#!/bin/python\n\nx = "ä#"\n', "columns are bytes"),
    ("x = 1 # no line ends here", "x = 1\n", "the last line"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "wanted", "why"), CASES)
def test_small_files(source: str, wanted: str, why: str) -> None:
    assert stripped("nixlite/x.py", source.encode()).decode() == wanted, why


def test_what_is_imported_from_nixlite_keeps_its_docstrings() -> None:
    source = b'"""Doc."""\nx = 1  # why\n'
    assert stripped("nixlite/api.py", source) == b'"""Doc."""\nx = 1\n'
    assert all((ROOT / path).is_file() for path in DOCUMENTED)


def test_nothing_else_of_our_files_changes() -> None:
    """Every node is where it was: tracebacks of an installed nixlite point into the repository's files."""
    for path in random.Random(1).sample(sorted((ROOT / "nixlite").rglob("*.py")), 150):
        before = path.read_bytes()
        after = stripped(path.relative_to(ROOT).as_posix(), before)
        assert list(nodes(ast.parse(before))) == list(nodes(ast.parse(after))), path
        assert len(after) <= len(before)


def nodes(tree: ast.Module) -> Iterator[tuple[object, ...]]:
    """What a tree consists of and where, without docstrings and what stands in their place."""
    left: list[object] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, list):
            left += [each for each in node if not (isinstance(each, ast.stmt) and is_nothing(each))]
        elif isinstance(node, ast.AST):
            place = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
            yield (type(node), *place)
            left += [getattr(node, name, None) for name in node._fields]
        else:
            yield (node,)


def is_nothing(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring, or the `...` instead of one."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return is_docstring(statement) or (isinstance(value, ast.Constant) and value.value is ...)
