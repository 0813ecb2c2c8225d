"""The store of an evaluation: what is added can be read, and is written in the form of a real store."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

import nixlite
import nixlite.store.store
from nixlite.builtins.derivations import Parts, add_inputs
from nixlite.errors import NixError
from nixlite.host.memory import MemoryHost
from nixlite.host.settings import Settings
from nixlite.runtime.state import State
from nixlite.store import written
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


WRITTEN = r"""
let
  d = attrs: derivation ({ system = "s"; builder = "/b"; } // attrs);
  fixed = url: d { name = "f"; inherit url; outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
  base = { name = "x"; a = true; b = [ "q" [] "r" [ [] "" ] { outPath = "/o"; } 1 null [] ]; c = null; zz = [ [] ]; yy = [ [] [] "" ]; "a b" = 1; "a\"b" = "\n\t\r\\\""; };
in map (x: x.drvPath) [
  (d base)
  (d (base // { __ignoreNulls = true; }))
  (d (base // { out = "mine"; }))
  (d (base // { outputs = [ "out" "a+" "dev" ]; }))
  (d { name = "two"; x = [ (fixed "1") (fixed "2") ]; })
  (d { name = "two"; x = [ (fixed "2") (fixed "3") ]; })
  (d { name = "two"; x = [ (fixed "2") "${fixed "1"}" ]; })
  (d (base // { out = [ (d base) ]; outputs = [ "lib" "out" ]; "ü" = "é"; "€\\" = "ß"; }))
  (d { name = "self"; args = [ "-e" (builtins.toFile "t" "t") (fixed "1") null true [ 1 2 ] ]; })
  (d { name = "s"; __structuredAttrs = true; x = [ (d base) ]; outputs = [ "out" "dev" ]; })
  (d { name = "env"; args = null; __ignoreNulls = true; x = "${d base}${fixed "1"}"; })
]
"""
"""Variables of every kind, names and texts that are escaped or not ASCII, outputs among the variables, and
downloads of the same file from two places, alone and together."""


def test_what_derivations_share() -> None:
    # nix-instantiate --eval --strict --json of this
    assert nixlite.evaluate(WRITTEN).to_python() == [
        "/nix/store/cqxq5dwash7qydwnn50w4qh3lr6yk5b1-x.drv",
        "/nix/store/7i9qdxhdj88n02847baapwbdlswp0q8p-x.drv",
        "/nix/store/cqxq5dwash7qydwnn50w4qh3lr6yk5b1-x.drv",
        "/nix/store/k99a60rphrqsswh1krm3qjbzh89dwahs-x.drv",
        "/nix/store/kyiml4vslym59ljpy91ajmlqbwqqvwb5-two.drv",
        "/nix/store/k18pp7vzfzizncfw568ygylwpjwp55f1-two.drv",
        "/nix/store/kyiml4vslym59ljpy91ajmlqbwqqvwb5-two.drv",
        "/nix/store/z9w7znxzzfwp4a6hcryhm3q4gh5im8lm-x.drv",
        "/nix/store/7gc9gar81m9lhvxvi9hcfkgh5062llg0-self.drv",
        "/nix/store/lgahcxc67jljxygh55lga91bs76509m7-s.drv",
        "/nix/store/h5jgc8jf9f0zb29i6zx02r3c8fp832vi-env.drv",
    ]


def test_what_is_shared_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    # whatever is forgotten in between
    expected = nixlite.evaluate(WRITTEN).to_python()
    for name in ("MOST_CHARACTERS", "MOST_SHAPES", "MOST_INPUTS"):
        monkeypatch.setattr(written, name, 1)
    stores: list[written.Shared] = []

    def watched() -> written.Shared:
        stores.append(written.Shared())
        return stores[-1]

    monkeypatch.setattr(nixlite.store.store, "Shared", watched)
    assert nixlite.evaluate(WRITTEN).to_python() == expected
    (shared,) = stores
    assert [len(shared.shapes), len(shared.inputs), len(shared.quoted)] == [1, 1, 1]
    assert sum(len(row[3]) for row in shared.rows.values()) <= 2


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
