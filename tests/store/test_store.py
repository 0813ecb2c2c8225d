"""The store of an evaluation: what is added can be read, and is written in the form of a real store."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

import nixlite
from nixlite.builtins.derivations import Parts, add_inputs
from nixlite.errors import NixError
from nixlite.host.memory import MemoryHost
from nixlite.host.settings import Settings
from nixlite.runtime.state import State
from nixlite.store.derivation import Derivation, InputNode, Output
from nixlite.store.export import export_stream, registration, write_store
from nixlite.store.nar import hash_tree
from nixlite.store.path import (
    check_name,
    fixed_path,
    is_store_path,
    output_placeholder,
    parse_store_path,
    split_store_path,
    upstream_placeholder,
)
from nixlite.store.store import Store
from nixlite.store.tree import Directory, File, Symlink

if TYPE_CHECKING:
    from pathlib import Path

X = "/nix/store/00000000000000000000000000000000-x"


class FakeState:
    """The part of a `State` that the store uses."""

    def __init__(self, host: MemoryHost) -> None:
        self.host = host
        self.told: list[tuple[int, str]] = []

    def tell(self, level: int, text: str) -> None:
        self.told.append((level, text))


def filled() -> tuple[Store, str, str]:
    """A store with a text, a tree and a derivation that refers to them."""
    store = Store()
    text = store.add_text("a", "b")
    tree = store.add_tree("t", Directory({"run": File(b"x", True), "l": Symlink("run")}), references=[text])
    drv = Derivation("d")
    drv.system, drv.builder, drv.sources = "s", tree, {text, tree}
    drv.outputs = {"out": Output()}
    store.fill_in_outputs(drv)
    return store, tree, store.add_derivation(drv)


def test_path_is_copied_once() -> None:
    host = MemoryHost({"/d/foo.txt": "some text\n"})
    store = Store(host=host)
    state = FakeState(host)
    path = store.copy_path(state, "/d/foo.txt")
    # nix-instantiate --eval -E '"${./foo.txt}"' for a file with this text
    assert path == "/nix/store/kdgcyjklfzhdxvpdid8cw9iw78f00a38-foo.txt"
    host.add("/d/foo.txt", "changed\n")
    assert store.copy_path(state, "/d/foo.txt") == path
    assert state.told == [
        (5, "copying '/d/foo.txt' to the store..."),
        (5, f"copied source '/d/foo.txt' -> '{path}'"),
    ]


def test_what_was_added_can_be_read() -> None:
    store, tree, _ = filled()
    found = store.lookup(f"{tree}/run")
    assert isinstance(found, File)
    assert store.read(f"{tree}/run") == b"x"
    assert store.lookup(f"{tree}/none") is None
    assert store.lookup(X) is None
    with pytest.raises(NixError, match="'other' is too short to be a valid store path"):
        store.lookup("/nix/store/other")
    assert store.lookup("/elsewhere") is None


def test_read_only_store_shows_nothing() -> None:
    store = Store(read_only=True)
    assert store.lookup(store.add_text("a", "b")) is None


def test_closure_comes_in_order() -> None:
    store, tree, drv = filled()
    assert store.closure([drv])[-1] == drv
    assert store.closure([drv]).index(tree) > store.closure([drv]).index(store.add_text("a", "b"))


def test_files_are_written_as_in_a_store(tmp_path: Path) -> None:
    store, tree, drv = filled()
    paths = write_store(store, str(tmp_path), [drv])
    assert set(paths) == set(store.objects)
    run = tmp_path / tree.rpartition("/")[2] / "run"
    assert stat.S_IMODE(run.stat().st_mode) == 0o555
    assert run.stat().st_mtime == 1
    assert (run.parent / "l").readlink().name == "run"
    assert write_store(store, str(tmp_path), [drv]) == paths  # what is there already is left alone
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path[11:] for path in paths)


def test_registration() -> None:
    store = Store()
    path = store.add_text("a", "b")
    # as `nix-store --dump-db` prints it for the result of builtins.toFile "a" "b"
    assert (
        registration(store, [path])
        == "/nix/store/g76zcpqc540lrc8i6g7xy6ip0npn2hnp-a\nceab7fc9eaaf0ec8cb63eb78735b9e0a7b64a90eba622a6480a69a3ca1184fb9\n120\n\n0\n"
    )


def test_export_stream() -> None:
    store = Store()
    store.add_text("a", "b")
    pieces: list[bytes] = []
    export_stream(store, None, pieces.append)
    # hash of what `nix-store --export` prints for the result of builtins.toFile "a" "b"
    assert (
        hash_tree(File(b"".join(pieces)), "flat").text("base16")
        == "sha256:df01397ad4a240de0b4fac73c70d09cbd906ed462a5444e2b3937a12f29f6ec9"
    )


def test_dynamic_inputs() -> None:
    drv = Derivation("d")
    drv.add_input(X + ".drv", ["out"])
    drv.add_input(X + ".drv", ["out", "dev"])
    expected = InputNode(["out"])
    expected.dynamic["out"] = InputNode(["dev"])
    assert drv.inputs == {X + ".drv": expected}


def test_shared_inputs() -> None:
    program = """let
      d = name: x: derivation { inherit name x; system = "s"; builder = "/b"; };
      a = derivation { name = "a"; system = "s"; builder = "/b"; outputs = [ "out" "dev" ]; };
    in map (x: x.drvPath) [ (d "b" a.out) (d "c" "${a.out} ${a.dev}") (d "e" a.dev) (d "f" a.out) ]"""
    # nix-instantiate --eval --strict of this: what one depends on does not come to another
    assert nixlite.evaluate(program).to_python() == [
        "/nix/store/3abxs14ag9hkz0wllwliih34xylkfz29-b.drv",
        "/nix/store/4lhl6s0905nq1cmpsldnm3jxjkpxfvfj-c.drv",
        "/nix/store/sc2zn0rpj66xqjjhbl45vkw5skn4fr2w-e.drv",
        "/nix/store/bdb2i16wmrqp2fd5wggfkgk19p8x7sy8-f.drv",
    ]


def test_one_node_for_many_derivations_is_not_changed() -> None:
    # that a context with a whole closure is added to what is shared takes a store that has the derivation
    store, _, drv = filled()
    state = State(Settings(), MemoryHost({}), lambda: store)
    for context in ({f"!out!{drv}"}, {f"!out!{drv}", f"!a!out!{drv}"}, {f"!out!{drv}"}):
        parts = Parts(state, "x")
        parts.context = set(context)
        add_inputs(parts)
        assert bool(parts.drv.inputs[drv].dynamic) is (len(context) > 1)
        assert parts.drv.inputs[drv].outputs == {"out"}


NAMES = [
    # name, message or None
    ("a+b-c._?=D9", None),
    (".a", None),
    ("...", None),
    ("", "name must not be empty"),
    (".", "name '.' is not valid"),
    ("..", "name '..' is not valid"),
    (".-a", "name '.-a' is not valid: first dash-separated component must not be '.'"),
    ("..-a", "name '..-a' is not valid: first dash-separated component must not be '..'"),
    ("a b", "name 'a b' contains illegal character ' '"),
    ("a" * 211, None),
    ("a" * 212, f"name '{'a' * 212}' must be no longer than 211 characters"),
]


@pytest.mark.parametrize(("name", "message"), NAMES, ids=[repr(name[:9]) for name, _ in NAMES])
def test_name(name: str, message: str | None) -> None:
    if message is None:
        check_name(name)
        return
    with pytest.raises(NixError) as caught:
        check_name(name)
    assert caught.value.message == message


PATHS = [
    (X, True), (X + "/y", False), ("/nix//store/./" + X[11:], True), ("/nix/store", False), ("x", False),
    ("/nix/store/0000000000000000000000000000000e-x", False), ("/nix/store/0-x", False), ("", False),
]  # fmt: skip


@pytest.mark.parametrize(("path", "valid"), PATHS)
def test_store_path(path: str, valid: bool) -> None:
    assert is_store_path(path) is valid
    if valid:
        assert parse_store_path(path) == X


def test_path_is_split() -> None:
    assert split_store_path(X + "/a/b") == (X, "/a/b")
    with pytest.raises(NixError, match="path '/tmp' is not in the Nix store"):
        split_store_path("/tmp")


def test_placeholders() -> None:
    # builtins.placeholder, and the outPath of a content-addressed derivation, from Nix 2.34.8
    assert output_placeholder("out") == "/1rz4g4znpzjwh1xymhjpm42vipw92pr73vdgl6xs1hycac8kf2n9"
    drv_path = "/nix/store/rv1sfyfrr8ap0bsyif88ppcf0mknbibh-ca.drv"
    assert upstream_placeholder(drv_path, "out") == "/1wdcqa70yf4zhlq4vnxq14551syrw64vxnbxl0j8my0l26h2xhgg"


def test_other_store_directory() -> None:
    content = hash_tree(File(b"b"), "flat")
    assert fixed_path("a", "flat", content, (), "/other").startswith("/other/")
    assert fixed_path("a", "flat", content)[11:] != fixed_path("a", "flat", content, (), "/other")[7:]
