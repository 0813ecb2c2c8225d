"""Compiled sources on disk: found again, never by another version, never believed when they are broken."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from nixlite.cache import files as module
from nixlite.cache.files import Cache
from nixlite.evaluator import Evaluator
from nixlite.host.memory import MemoryHost
from nixlite.host.settings import Settings
from nixlite.source import CHECKSUM, Source

SOURCE = Source("/x.nix", "let f = x: x + 1; in f 1", base="/")


def evaluate(cache: Cache) -> tuple[object, bool]:
    """The value of SOURCE, and whether it had to be compiled."""
    evaluator = Evaluator(Settings(cwd="/"), MemoryHost(), cache)
    compiled = []
    parse = evaluator.parse

    def watched(source: Source, skim: bool = False) -> Any:
        compiled.append(source)
        return parse(source, skim)

    evaluator.parse = watched  # type: ignore[method-assign]
    return evaluator.evaluate_source(SOURCE), bool(compiled)


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_second_time_nothing_is_compiled(tmp_path: Path) -> None:
    directory = str(tmp_path / "units")
    assert evaluate(Cache(directory)) == (2, True)
    assert evaluate(Cache(directory)) == (2, False)


def test_each_version_has_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = str(tmp_path / "units")
    evaluate(Cache(directory))
    assert [path.parent for path in entries(tmp_path)] == [Path(Cache(directory).folder)]
    monkeypatch.setattr(module, "compiler_version", lambda: "another")
    assert evaluate(Cache(directory)) == (2, True)
    assert len({path.parent for path in entries(tmp_path)}) == 2


def test_a_broken_entry_is_compiled_anew(tmp_path: Path) -> None:
    evaluate(Cache(str(tmp_path)))
    (entry,) = entries(tmp_path)
    data = entry.read_bytes()
    entry.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert evaluate(Cache(str(tmp_path))) == (2, True)
    assert evaluate(Cache(str(tmp_path))) == (2, False)


@pytest.mark.parametrize("length", [0, 4, CHECKSUM, CHECKSUM + 9, -1])
def test_a_truncated_entry_is_compiled_anew(tmp_path: Path, length: int) -> None:
    evaluate(Cache(str(tmp_path)))
    (entry,) = entries(tmp_path)
    entry.write_bytes(entry.read_bytes()[:length])
    assert evaluate(Cache(str(tmp_path))) == (2, True)
    assert evaluate(Cache(str(tmp_path))) == (2, False)


def test_settings_decide_too_when_they_change_later(tmp_path: Path) -> None:
    evaluator = Evaluator(Settings(cwd="/"), MemoryHost(), Cache(str(tmp_path)))
    seen = [evaluator.code_settings()]
    evaluator.settings.features = frozenset({"pipe-operators"})
    seen.append(evaluator.code_settings())
    evaluator.settings.lint_url_literals = "warn"
    seen.append(evaluator.code_settings())
    assert len(set(seen)) == 3
    assert evaluator.code_settings() == seen[-1]


def test_a_folder_that_is_gone_is_made_again(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path / "units"))
    evaluate(cache)
    shutil.rmtree(tmp_path / "units")
    assert evaluate(cache) == (2, True)
    assert evaluate(cache) == (2, False)


def test_a_directory_that_others_can_write_to_is_not_used(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    assert evaluate(Cache(str(tmp_path))) == (2, True)
    assert entries(tmp_path) == []


def test_folders_are_private(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path / "a" / "units"))
    evaluate(cache)
    assert {Path(path).stat().st_mode & 0o777 for path in (cache.directory, cache.folder)} == {0o700}
