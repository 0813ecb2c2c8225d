"""Which packages a change reaches, and what two packages share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from nixlite.__main__ import run
from nixlite.explain.graphs import Graph, layers_of, to_dot, to_mermaid, to_svg
from nixlite.host.capturing import CapturingHost

if TYPE_CHECKING:
    from pathlib import Path

SET = """
{ overlays ? [ ] }:
let
  drv = name: attrs: derivation ({ inherit name; system = "s"; builder = "/b"; } // attrs);
  fetch = by: drv "source" { FETCHER = by; outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
  base = final: {
    inherit overlays;
    zlib = drv "zlib-1" { };
    curl = drv "curl" { Z = final.zlib; };
    png = drv "png" { Z = final.zlib; };
    tool = drv "tool" { P = final.png; };
    fetched = drv "fetched" { SRC = fetch final.curl; };
    alone = drv "alone" { };
    broken = throw "no";
    inner = { recurseForDerivations = true; png = final.png; };
    hidden = { png = final.png; };
  };
  fix = f: let x = f x; in x;
  extend = f: overlay: final: let prev = f final; in prev // overlay final prev;
in
fix (builtins.foldl' extend base overlays)
"""
OVERLAY = """final: prev: { zlib = derivation { name = "zlib-2"; system = "s"; builder = "/b"; }; new = prev.zlib; }"""


def command(tmp_path: Path, *words: str) -> str:
    """What `nixlite impact` prints for the set above."""
    (tmp_path / "set.nix").write_text(SET)
    (tmp_path / "overlay.nix").write_text(OVERLAY)
    host = CapturingHost({})
    run(["impact", "-f", str(tmp_path / "set.nix"), *words], host)
    return "".join(host.stdout + host.stderr)


def test_overlay(tmp_path: Path) -> None:
    text = command(tmp_path, "--overlay", str(tmp_path / "overlay.nix"), "--list")
    said, _, rest = text.partition("\n\n")
    assert f"{' '.join(said.split())}\n\n{rest}" == (
        '5 of 8 packages have to be built again, because of zlib-1 → zlib-2 (name "zlib-1" → "zlib-2"); new is new. '
        "No package uses new: 2 packages use zlib, as before; for them to use this one, define it as zlib. "
        "Of all 8 derivations, 6 .drv files differ, 4 outputs have to be built again; 2 of these files give the same"
        " outputs as before, for what is downloaded is known by its hash alone.\n\n"
        "the change begins in:\n"
        '  zlib-1 → zlib-2: name "zlib-1" → "zlib-2"\n\n'
        "change (5)     curl, png, tool, zlib, inner.png\n"
        "new (1)        new\n"
        "stay (2)       alone, fetched\n\n"
        "1 attribute cannot be evaluated, before and after:\n"
        "  broken: no\n\n"
        "~ curl  (because of zlib-1 → zlib-2)\n"
        "~ inner.png  (because of zlib-1 → zlib-2)\n"
        "+ new\n"
        "~ png  (because of zlib-1 → zlib-2)\n"
        "~ tool  (because of zlib-1 → zlib-2)\n"
        '~ zlib  (name "zlib-1" → "zlib-2")\n'
    )


def test_tree(tmp_path: Path) -> None:
    text = command(tmp_path, "--overlay", str(tmp_path / "overlay.nix"), "--tree")
    assert text.split("\n") == [
        'zlib-1 → zlib-2  [zlib]  (name "zlib-1" → "zlib-2")',
        "├─ curl  [curl]",
        "└─ png  [inner.png, png]",
        "   └─ tool  [tool]",
        "",
    ]


OVERRIDES = [
    # function, packages that change, why
    ("pkgs: { }", [], "nothing"),
    ("pkgs: { alone = pkgs.zlib; }", ["alone"], "one package, by its place in the set"),
    ("pkgs: import ./set.nix { overlays = [ (f: p: { png = p.zlib; }) ]; }", ["inner.png", "png", "tool"], "all users"),
    ("pkgs: import ./set.nix { overlays = [ (f: p: { curl = p.zlib; }) ]; }", ["curl"], "what is fetched is the same"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "changed", "why"), OVERRIDES, ids=[row[2] for row in OVERRIDES])
def test_override(tmp_path: Path, function: str, changed: list[str], why: str) -> None:
    function = function.replace("./set.nix", str(tmp_path / "set.nix"))
    data = json.loads(command(tmp_path, "--override", function, "--json"))
    assert [row["attribute"] for row in data["packages"] if row["status"] == "changed"] == changed
    assert data["failed"] == {"broken": "no"}


def test_only_some_packages(tmp_path: Path) -> None:
    data = json.loads(command(tmp_path, "--overlay", str(tmp_path / "overlay.nix"), "--of", "curl", "--json"))
    assert [(row["attribute"], row["status"]) for row in data["packages"]] == [("curl", "changed")]


def test_two_derivations(tmp_path: Path) -> None:
    file = tmp_path / "set.nix"
    assert "1 of 1 package has to be built again" in command(tmp_path, f"{file}#zlib", f"{file}#png")


def test_shared(tmp_path: Path) -> None:
    data = json.loads(command(tmp_path, "--shared", "png", "curl", "--json"))
    assert [path[44:] for path in data["common"]] == ["zlib-1.drv"]
    assert (data["variants"], data["onlyOld"], data["onlyNew"]) == ([], [], [])


def test_shared_in_two_variants(tmp_path: Path) -> None:
    text = """
      let drv = name: attrs: derivation ({ inherit name; system = "s"; builder = "/b"; } // attrs); in
      { a = drv "a" { T = drv "torch-1" { CUDA = "1"; }; }; b = drv "b" { T = drv "torch-1" { CUDA = ""; }; }; }"""
    (tmp_path / "two.nix").write_text(text)
    shown = command(tmp_path, "-f", str(tmp_path / "two.nix"), "--shared", "a", "b").split("\n")
    assert shown[:4] == [
        "There are two of torch: a and b use different ones.",
        "  1. torch-1: a itself uses it",
        "  2. torch-1: b itself uses it",
        'They differ by torch-1: CUDA "1" → "".',
    ]


def test_the_bundled_set(tmp_path: Path) -> None:
    compiler = "pkgs: { hello = pkgs.hello.override { stdenv = pkgs.gcc12Stdenv; }; }"
    data = json.loads(command(tmp_path, "-f", "<nixpkgs>", "--override", compiler, "--json"))
    assert data["counts"]["changed"] == 1
    ((origin, changes),) = data["origins"].items()  # the compiler of 12 is in the set already
    assert origin.endswith("-hello-2.12.1.drv")
    assert changes == ["input stdenv-linux (gcc-wrapper-14.3.0 → gcc-wrapper-12.4.0)"]


GRAPH = Graph(
    {"a": 'x"<', "b": "y", "c": "z"}, [("a", "b", ""), ("b", "c", "e & f"), ("a", "c", "")], frozenset("a")
)


def test_graphs() -> None:
    assert layers_of(GRAPH) == [["a"], ["b"], ["c"]]
    assert layers_of(Graph({"a": "", "b": ""}, [("a", "b", ""), ("b", "a", "")])) in (
        [["a"], ["b"]],
        [["b"], ["a"]],
    )
    assert '"a" [label="x\\"<"' in to_dot(GRAPH)
    assert 'n1 -->|"e & f"| n2' in to_mermaid(GRAPH)
    root = ET.fromstring(to_svg(GRAPH))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert sorted(str(text) for text in texts) == ["e & f", 'x"<', "y", "z"]
    assert to_svg(Graph({}, []))


def test_a_long_edge_passes_beside_the_boxes_between() -> None:
    """From a to c it bends at b's layer, in a line of its own; two that go there share it."""
    nodes = {name: name * 9 for name in "abcd"}
    edges = [("a", "b", ""), ("b", "c", ""), ("b", "d", ""), ("a", "c", ""), ("a", "d", "")]
    root = ET.fromstring(to_svg(Graph(nodes, edges)))
    straight = [path for path in root.iter("{http://www.w3.org/2000/svg}path") if " h" in path.get("d", "")]
    (bend,) = straight
    _, height = map(float, bend.get("d", "").split()[0][1:].split(","))
    boxes = [
        float(box.get("y", "0")) for box in root.iter("{http://www.w3.org/2000/svg}rect") if box.get("y")
    ]
    middle = boxes[1]  # of b, which is alone in its layer
    assert not middle <= height <= middle + 22


ALIKE = """
{ z }:
let
  drv = name: attrs: derivation ({ inherit name; system = "s"; builder = "/b"; } // attrs);
  zlib = drv "zlib" { inherit z; };
  png = drv "png" { Z = zlib; };
  curl = drv "curl" { Z = zlib; };
  source = drv "source" { CURL = curl; outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
  secret = builtins.unsafeDiscardStringContext (toString png);
in
{
  many = drv "many" (builtins.listToAttrs (map (n: {
    name = "HOOK${n}";
    value = drv "hook" { inherit n; Z = zlib; };
  }) [ "1" "2" "3" "4" "5" ]));
  flags = drv "flags" { FLAGS = "-I${png}.dev}/include --map=${png}=/"; FORBIDDEN = secret; };
  both = drv "both" { inherit source curl zlib png; };
}
"""


def test_the_change_begins_only_where_something_else_is_written(tmp_path: Path) -> None:
    """Not in derivations of one name that change places, nor where a path in a text is another; and what is
    compared first below a download that stays is told all the same."""
    (tmp_path / "set.nix").write_text(ALIKE)
    versions = [f"import {tmp_path}/set.nix {{ z = {z}; }}" for z in (1, 2)]
    host = CapturingHost({})
    run(["impact", "--expr", versions[0], "--expr", versions[1]], host)
    text = "".join(host.stdout + host.stderr)
    assert text.startswith("3 of 3 packages have to be built again, because of zlib (")
    assert 'the change begins in:\n  zlib: z "1" → "2"\n\nchange' in text
