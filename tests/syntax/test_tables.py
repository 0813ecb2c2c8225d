"""The parser's tables: computed from the grammar, kept, and read back."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from nixlite.syntax import kept, lalr, tables

if TYPE_CHECKING:
    import pathlib


def test_tables_are_the_same_each_time() -> None:
    grammar = tables.read_grammar()
    assert tables.compute(grammar) == tables.compute(grammar)


def test_an_ambiguity_is_an_error() -> None:
    tokens, rules, _ = tables.read_grammar()
    with pytest.raises(ValueError, match="shift or reduce"):
        lalr.build(tokens, rules, "")


def test_every_rule_has_its_method() -> None:
    from nixlite.syntax.build import Builder

    assert {name for _, _, name in tables.load().rules if name and not hasattr(Builder, name)} == set()


def test_tables_are_kept_in_the_cache(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(tables, "SHIPPED", str(tmp_path / "none"))
    tables.load()
    (file,) = (tmp_path / "nixlite").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "nixlite").stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(tables, "compute", pytest.fail)
    assert len(tables.load().actions) > 100


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xf3", b"\0\0\0\0", b"N" * 100])
def test_a_broken_cache_is_no_error(
    content: bytes, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(tables, "SHIPPED", str(tmp_path / "none"))
    tables.load()
    (file,) = (tmp_path / "nixlite").iterdir()
    file.write_bytes(content)
    assert len(tables.load().actions) > 100
    assert len(file.read_bytes()) > 1000


def test_a_cache_that_others_can_write_to_is_not_used(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(tables, "SHIPPED", str(tmp_path / "none"))
    tables.load()
    (tmp_path / "nixlite").chmod(0o777)
    monkeypatch.setattr(kept, "read", lambda path, key: pytest.fail(path) if "nixlite" in path else None)
    assert len(tables.load().actions) > 100


def test_no_place_for_a_cache_is_no_error(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(tables, "SHIPPED", str(tmp_path / "none"))
    assert len(tables.load().actions) > 100


def test_shipped_tables_need_no_lark(tmp_path: pathlib.Path) -> None:
    shipped = tmp_path / "tables.bin"
    tables.write(str(shipped))
    program = (
        "import sys; from nixlite.syntax import tables, parser; from nixlite.source import Source\n"
        f"tables.SHIPPED = {str(shipped)!r}\n"
        "parser.parse(Source('x', '1 + 1'), parser.ParseOptions())\n"
        "print([name for name in ('lark', 'dataclasses', 'inspect', 'hashlib') if name in sys.modules])"
    )
    environment = {**os.environ, "XDG_CACHE_HOME": str(shipped), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout == "[]\n"
