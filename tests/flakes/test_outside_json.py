"""JSON that others have written, broken in many ways: an error at worst, never Python's."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from nixlite.errors import EvalError, NixError
from nixlite.fetch.download import Download, Downloader
from nixlite.fetch.forges import revision_of
from nixlite.fetch.inputs import Input
from nixlite.flakes.configuration import read_trusted
from nixlite.flakes.lock_file import read_lock
from nixlite.flakes.lock_graph import check_follows, difference, lock_text
from nixlite.flakes.registry import KINDS, Registries
from nixlite.formats.json.outside import parse, structured
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MUTATIONS = 400
FEATURES = frozenset({"flakes", "nix-command"})
LOCKED = {"type": "path", "path": "/x", "narHash": "sha256-" + "A" * 43 + "=", "lastModified": 7}
LOCK = {
    "nodes": {
        "root": {"inputs": {"a": "a", "b": ["a", "c"], "g": "g"}},
        "a": {"locked": LOCKED, "original": {"type": "path", "path": "/x", "dir": "d"}, "inputs": {"c": "c"}},
        "c": {"locked": {"type": "path", "path": "./y"}, "original": {"type": "path", "path": "./y"},
              "parent": ["a"], "flake": False},
        "g": {"locked": {"type": "git", "url": "file:///g", "rev": "0" * 39 + "1", "revCount": 3},
              "original": {"type": "indirect", "id": "g"}, "info": {"lastModified": 1}},
    },
    "root": "root",
    "version": 7,
}  # fmt: skip
REGISTRY = {
    "version": 2,
    "flakes": [
        {
            "from": {"type": "indirect", "id": "a"},
            "to": {"type": "path", "path": "/x", "dir": "d"},
            "exact": True,
        },
        {
            "from": {"type": "indirect", "id": "b", "ref": "r"},
            "to": {"type": "github", "owner": "o", "repo": "r"},
        },
    ],
}
ODD: list[Any] = [
    None, True, False, 0, -1, 7.5, 1e300, 2**64, "", "x", "a", [], [[]], ["a"], {}, {"a": 1}, "\0", "é", "sha256-",
]  # fmt: skip
"""What is put in the place of something."""


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to all parts."""
    yield path
    if isinstance(value, dict | list):
        keys = value if isinstance(value, dict) else range(len(value))
        for key in keys:
            yield from places(value[key], (*path, key))


def mutated(value: Any, chance: random.Random) -> bytes:
    """A text in which something is otherwise: a part replaced, gone or new, or a few bytes."""
    data = json.loads(json.dumps(value))
    way = chance.randrange(6)
    path = chance.choice([path for path in places(data) if path or way == 0])
    if not path:
        return json.dumps(chance.choice(ODD)).encode()
    holder = data
    for key in path[:-1]:
        holder = holder[key]
    if way < 3:
        holder[path[-1]] = chance.choice(ODD)
    elif way == 3:
        del holder[path[-1]]
    elif isinstance(holder, dict):
        holder[chance.choice(["a", "inputs", "flake", "parent", "type", "dir", "locked"])] = chance.choice(
            ODD
        )
    text = bytearray(json.dumps(data).encode())
    if way == 5:
        for _ in range(chance.randrange(1, 4)):
            text[chance.randrange(len(text))] = chance.choice(b'{}[]",:0-ex\\\x00\xff')
        del text[chance.choice([len(text), chance.randrange(len(text))]) :]
    return bytes(text)


def try_all(value: Any, use: Callable[[bytes], object]) -> int:
    """Use mutated texts; how many were taken without an error. Anything but a NixError is a failure."""
    chance = random.Random(13)
    taken = 0
    for _ in range(MUTATIONS):
        text = mutated(value, chance)
        try:
            use(text)
        except NixError:
            continue
        taken += 1
    return taken


def test_lock_files() -> None:
    def use(text: bytes) -> None:
        root = read_lock(text, "/flake.lock", FEATURES, lambda warning: None)
        again = read_lock(lock_text(root), "/flake.lock", FEATURES, lambda warning: None)
        text = lock_text(again).encode("utf-8", "surrogateescape")  # URLs are now in their standard form
        assert lock_text(read_lock(text, "/flake.lock", FEATURES, lambda warning: None)) == lock_text(again)
        difference(root, again)
        check_follows(root)

    assert 0 < try_all(LOCK, use) < MUTATIONS


def test_registries(tmp_path: Path) -> None:
    """What is wrong with a registry is only warned of, and the rest of it counts."""
    warned: list[str] = []

    def use(text: bytes) -> None:
        (tmp_path / "registry.json").write_bytes(text)
        settings = Settings()
        settings.warn = warned.append
        settings.set_option("flake-registry", str(tmp_path / "registry.json"))
        registries = Registries(settings, CapturingHost({"NIX_CONF_DIR": "/nowhere", "HOME": "/nowhere"}))
        for kind in KINDS:
            registries.get(kind).text()
        for name in ("a", "b"):
            registries.resolve(Input({"type": "indirect", "id": name, "ref": "r"}))

    try_all(REGISTRY, use)
    assert {warning.split("'")[0] for warning in warned} == {
        "cannot parse flake registry ", "cannot read flake registry "
    }  # fmt: skip


def test_trusted_settings(tmp_path: Path) -> None:
    def use(text: bytes) -> None:
        (tmp_path / "nix").mkdir(exist_ok=True)
        (tmp_path / "nix" / "trusted-settings.json").write_bytes(text)
        read_trusted(CapturingHost({"XDG_DATA_HOME": str(tmp_path), "HOME": "/nowhere"}))

    assert 0 < try_all({"a": {"x": True, "y": False}, "b": {}}, use) < MUTATIONS


def test_structured_attributes() -> None:
    value = {"a": 1, "b": [1.5, None], "c": {"d": "e"}}
    assert 0 < try_all(value, lambda text: structured(text.decode("utf-8", "surrogateescape"))) < MUTATIONS


class Server(Downloader):
    """Answers everything with one text."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(CapturingHost())
        self.answer = answer

    def get(self, url: str, begin: object = None) -> Download:  # type: ignore[override]
        """The answer."""
        return Download(self.answer, url, None)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [("github", {"sha": "1" * 40, "commit": {}}), ("gitlab", [{"id": "1" * 40}, {"id": ""}])],
)
def test_answers_of_forges(kind: str, answer: Any) -> None:
    source = Input({"type": kind, "owner": "o", "repo": "r"})
    assert revision_of(Server(json.dumps(answer).encode()), source) == "1" * 40
    assert 0 < try_all(answer, lambda text: revision_of(Server(text), source)) < MUTATIONS


def test_a_server_that_says_something_else() -> None:
    with pytest.raises(
        EvalError, match=r"the answer of 'https://api.github.com/.*' is not what was expected"
    ):
        revision_of(Server(b'{"message": "no"}'), Input({"type": "github", "owner": "o", "repo": "r"}))


@pytest.mark.parametrize(
    "text", ["[" * 20000, "[" * 20000 + "]" * 20000, '{"a":' * 20000 + "1" + "}" * 20000]
)
def test_deep_texts(text: str) -> None:
    with pytest.raises(NixError):
        read_lock(text, "/flake.lock", FEATURES, lambda warning: None)


def test_numbers_and_bytes_that_only_the_library_takes() -> None:
    assert parse("[18446744073709551615, 1e5, -0.0]") == (2**64 - 1, 1e5, -0.0)
    assert parse(r'"\u0000"') == "\0"
    assert parse(b"[7]\0x") == (7,)
    with pytest.raises(NixError, match="invalid string: ill-formed UTF-8 byte"):
        parse(b'"\xff"')
