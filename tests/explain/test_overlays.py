"""`why` of what overlays made: what was lost, taken too early or refused, and who needs whom in a circle.

`overlays.jsonl` has a case a line: the text of `set.nix`, a path in it, whether evaluating that *fails*, what the
verdict *says* and which lines it names, and the *advice*: the code, and whether it was proved. Each text was evaluated
by Nix 2.34.8 as it is and with each proved change: there the value is another one, or the error is gone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nixlite.__main__ import run
from nixlite.explain.overlays.nesting import Need, nested
from nixlite.explain.recording.program import Program
from nixlite.explain.why.answering import answer
from nixlite.host.capturing import CapturingHost
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from nixlite.runtime.values import NixPath

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "overlays.jsonl").read_text("utf-8").splitlines()
]


def set_program(folder: Path, text: str) -> Program:
    """The program of `set.nix`."""
    file = str(folder / "set.nix")
    Path(file).write_text(text + "\n", "utf-8")
    settings = Settings()
    settings.cwd = str(folder)
    return Program(settings, RealHost(), lambda e: e.import_file(NixPath(file)), [file])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_is_said_of_an_overlay(tmp_path: Path, case: dict[str, Any]) -> None:
    told = answer(set_program(tmp_path, case["text"]), case["path"].split("."))
    assert told.failed == case["fails"]
    said = " ".join(told.data.verdict)
    for part in case["says"]:
        assert part in said
    assert [[item.code, bool(item.proved)] for item in told.data.advice] == case["advice"]
    if told.data.verdict:
        assert told.text.split()[:4] == said.split()[:4]  # the verdict comes first


def test_layers_says_it_first_and_shows_the_attribute(tmp_path: Path) -> None:
    text = (
        "import <nixpkgs> { overlays = [\n"
        "  (final: prev: { zlib = prev.zlib.overrideAttrs { dontFixup = true; }; })\n"
        "  (final: prev: { zlib = (import <nixpkgs> { }).zlib.overrideAttrs { dontStrip = true; }; }) ]; }"
    )
    (tmp_path / "set.nix").write_text(text, "utf-8")
    host = CapturingHost({})
    assert run(["layers", str(tmp_path / "set.nix"), "zlib"], host) == 0
    printed = " ".join("".join(host.stdout).split())
    assert printed.startswith("zlib is what ")
    assert "set.nix:2 (`zlib = prev.zlib.overrideAttrs { dontFixup = true; }`) is lost" in printed
    assert "zlib = prev.zlib.overrideAttrs { dontStrip = true; };" in printed
    assert printed.count("changes zlib") == 2


def test_a_set_that_lost_something_is_shown_as_an_attribute(tmp_path: Path) -> None:
    (tmp_path / "set.nix").write_text(
        "import <nixpkgs> { overlays = [ (final: prev: { xorg.extra = prev.zlib; }) ]; }", "utf-8"
    )
    host = CapturingHost({})
    assert run(["layers", str(tmp_path / "set.nix"), "xorg"], host) == 0
    printed = "".join(host.stdout)
    assert printed.startswith("xorg has lost libX11")
    assert "changes xorg" in printed


LISTS = [
    # the expression, the path, for each item the line that it is on
    ("{ x = [\n1\n2 ]; }", "x", [2, 3]),
    ("let a = [\n1 ]; in { x = a ++ [\n2 ]; }", "x", [2, 3]),
    ("rec { a = [\n1 ]; b = a ++ [\n2 ]; x = b ++ [\n3 ]; }", "x", [2, 3, 4]),
    ("{ x = map (n: n + 1) [ 1 2 ]; }", "x", [1, 1]),
    ("let a = [ 1 2 ]; in { x =\n[ 0 ] ++\nmap (n: n + 1) a ++\n[ 9 ]; }", "x", [2, 3, 3, 4]),
    ("{ x = [\n1 ]; }\n// { x = [\n(1 + 1) ]; }", "x", [4]),
]


@pytest.mark.parametrize(("text", "path", "lines"), LISTS)
def test_where_the_items_of_a_list_are_from(tmp_path: Path, text: str, path: str, lines: list[int]) -> None:
    told = answer(set_program(tmp_path, text), path.split("."))
    places = [part.written[0].place for part in told.data.parts]
    assert [place[1] for place in places] == lines


def test_the_input_that_an_override_gave(tmp_path: Path) -> None:
    text = "let p = import <nixpkgs> { }; in\np.graphviz.override {\n gd = p.gd.overrideAttrs { doCheck = true; }; }"
    told = answer(set_program(tmp_path, text), ["buildInputs"])
    by_name = {part.value: part.written[0] for part in told.data.parts}
    gd = next(written for value, written in by_name.items() if "gd-" in value)
    assert (gd.name, gd.place[1], gd.given) == ("gd", 3, "argument of override")
    assert "…/" not in told.text
    assert "<nixpkgs>/pkgs/" in told.text


NEEDS = [
    ([["git"]], "prev.git"),
    ([["git", "zlib"]], "(prev.git.override { inherit (prev) zlib; })"),
    (
        [["git", "curl", "zlib"], ["git", "zlib"]],
        "(prev.git.override { curl = prev.curl.override { inherit (prev) zlib; }; inherit (prev) zlib; })",
    ),
]


@pytest.mark.parametrize(("paths", "code"), NEEDS)
def test_a_package_with_other_inputs(paths: list[list[str]], code: str) -> None:
    need = Need("git", {})
    assert [need.add(path) for path in paths] == [len(path) > 1 for path in paths]
    assert not need.add(paths[-1])
    assert nested(need, "prev") == code
