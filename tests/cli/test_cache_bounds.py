"""What the cache of compiled sources may hold, and what is kept in it."""

from __future__ import annotations

import marshal
import os
import time
from pathlib import Path

import pytest

from nixlite.cache import bounds
from nixlite.cache.files import Cache
from nixlite.evaluator import Evaluator
from nixlite.host.memory import MemoryHost
from nixlite.host.settings import Settings
from nixlite.source import Source


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """A cache without entries."""
    found = Cache(str(tmp_path / "units"))
    assert found.prepare()
    return found


def test_what_was_not_used_for_longest_goes(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_ENTRIES", 50)
    folder, other = Path(cache.folder), Path(cache.directory) / "cpython-310-0123456789abcdef"
    other.mkdir()
    names = [f"{number:040x}{'.pieces' if number % 3 == 0 else ''}" for number in range(60)]
    for age, name in enumerate(names):
        path = (other if age % 2 else folder) / name
        path.write_text("x")
        os.utime(path, (10**9 - age, 10**9 - age))
    (folder / "notes.txt").write_text("mine")
    (folder / ("f" * 40)).symlink_to(folder / "notes.txt")
    os.utime(folder / f"{8:040x}", (1, 1))
    bounds.prune(cache.directory)
    left = {path.name for where in (folder, other) for path in where.iterdir()}
    assert left == {*names[:8], *names[9:46], "notes.txt", "f" * 40}
    bounds.prune(cache.directory)  # there is room now
    assert left == {path.name for where in (folder, other) for path in where.iterdir()}
    monkeypatch.setattr(bounds, "MOST_BYTES", 10)
    bounds.prune(cache.directory)
    assert len(list(folder.iterdir())) + len(list(other.iterdir())) == 2 + 9


def test_what_a_killed_process_has_left_goes(cache: Cache) -> None:
    folder = Path(cache.folder)
    old, young = folder / f".{'a' * 40}.12", folder / f".{'b' * 40}.pieces.13"
    for path in (old, young):
        path.write_text("half of it")
    os.utime(old, (1, 1))
    bounds.prune(cache.directory)
    assert list(folder.iterdir()) == [young]


def test_now_and_then_all_are_looked_through(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []
    monkeypatch.setattr(bounds, "prune", looks.append)
    for number in range(2000):
        cache.write(cache.key(Source("/x.nix", str(number)), ""), b"")
    assert 2 <= len(looks) <= 20


def test_to_be_used_is_marked_once_a_day(cache: Cache) -> None:
    key = cache.key(Source("/x.nix", "1"), "")
    cache.write(key, marshal.dumps(1))
    path = Path(cache.folder) / key
    now = time.time()
    for age, marked in ((100_000, True), (80_000, False)):
        os.utime(path, (now - age, now - age))
        assert cache.load_data(key) == 1
        assert (path.stat().st_mtime > now - 1000) is marked


def test_a_text_is_kept_when_it_comes_again(cache: Cache) -> None:
    evaluator = Evaluator(Settings(), MemoryHost(), cache)
    folder = Path(cache.folder)
    for number in range(300):
        assert evaluator.evaluate_source(Source("«string»", f"1 + {number}")) == number + 1
    assert [path.name for path in folder.iterdir()] == [bounds.TABLE]
    assert (folder / bounds.TABLE).stat().st_size <= 8 * bounds.SLOTS
    for _ in range(2):
        evaluator.evaluate_source(Source("«string»\x1f7", "1 + 1"))
    assert len(list(folder.iterdir())) == 2
    evaluator.evaluate_source(Source("/a.nix", "1 + 1", path="/a.nix"))
    assert len(list(folder.iterdir())) == 3


def test_a_table_that_is_in_the_way(cache: Cache, tmp_path: Path) -> None:
    """Nothing is kept then, and nobody waits."""
    table = Path(cache.folder) / bounds.TABLE
    table.symlink_to(tmp_path / "elsewhere")
    assert not any(bounds.comes_again(str(table), "0" * 40) for _ in range(3))
    assert not (tmp_path / "elsewhere").exists()
    table.unlink()
    table.mkdir()
    assert not any(bounds.comes_again(str(table), "0" * 40) for _ in range(3))
