"""Values and places in few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nixlite.explain.brief import Folder, brief, folder_of, forcing, shown_place
from nixlite.explain.recording.program import Program
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from nixlite.source import Source
from tests.explain.support import program_of

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = Folder("/home/me/conf", (("nixpkgs", "/src/nixpkgs"), ("", "/src/more"), ("one", "/src/one.nix")))

PLACES = [
    # file, how it is shown
    ("/home/me/conf/a.nix", "a.nix:7"),
    ("/home/me/conf/sub/a.nix", "sub/a.nix:7"),
    ("/home/me/config/a.nix", "/home/me/config/a.nix:7"),
    ("/src/nixpkgs/pkgs/curl.nix", "<nixpkgs>/pkgs/curl.nix:7"),
    ("/src/nixpkgs-2/curl.nix", "/src/nixpkgs-2/curl.nix:7"),
    ("/src/more/tools/x/y.nix", "<tools>/x/y.nix:7"),
    ("/src/one.nix", "<one>:7"),
    ("«string»\x1fexplained 0", "«string»:7"),
    ("«nix-internal»/derivation-internal.nix", "<nix/derivation-internal.nix>:7"),
]


@pytest.mark.parametrize(("file", "shown"), PLACES)
def test_files_are_named_from_the_nearest_folder(file: str, shown: str) -> None:
    assert shown_place((file, 7, 3), FOLDER) == shown


def test_a_folder_of_the_lookup_path_that_is_nearer_goes_before_the_current_one() -> None:
    folder = Folder("/work", (("nixpkgs", "/work/nixpkgs"),))
    assert shown_place(("/work/nixpkgs/a.nix", 1, 1), folder) == "<nixpkgs>/a.nix:1"
    inside = Folder("/work/nixpkgs", (("nixpkgs", "/work/nixpkgs"),))
    assert shown_place(("/work/nixpkgs/a.nix", 1, 1), inside) == "a.nix:1"


def test_the_lookup_path_of_an_evaluation(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "f.nix").write_text("{ a = 1; }")
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    settings = Settings()
    settings.lookup_path = [("nixlite-mine", str(tmp_path / "link"))]
    source = Source("«string»", "import <nixlite-mine/f.nix>")
    found = Program(settings, RealHost(), lambda e: e.evaluate_source(source)).checked()
    folder = folder_of(found.evaluator.state)
    assert shown_place((str(tmp_path / "mine" / "f.nix"), 1, 1), folder) == "<nixlite-mine>/f.nix:1"
    bundled = next(path for name, path in folder.entries if name == "nixpkgs")
    assert shown_place((f"{bundled}/pkgs/x.nix", 2, 1), folder) == "<nixpkgs>/pkgs/x.nix:2"


D = 'derivation { name = "hello"; system = "s"; builder = "/b"; }'

VALUES = [
    (f"[ ({D}) ({D}) ]", "[ «derivation hello» «derivation hello» ]"),
    (f"{{ a = {D}; b = 1 + 1; }}", "{ a = «derivation hello»; b = 2; }"),
    ('{ "a b" = 1; if-so = 2; }', '{ "a b" = 1; if-so = 2; }'),
    (f"[ [ ({D}) ] ]", "[ [ … ] ]"),
    ('[ (throw "no") 1 ]', "[ error: no 1 ]"),
    ("[ (let x = x; in x) ]", "[ error: infinite recursion encountered ]"),
    ("builtins.genList (x: x) 9", "[ 0 1 2 3 4 5 6 7 … ]"),
    ("[ ]", "[ ]"),
]


@pytest.mark.parametrize(("text", "shown"), VALUES)
def test_values_are_shown_by_what_they_are_recognised_by(text: str, shown: str) -> None:
    found = program_of(text).checked()
    assert brief(found.root, look=forcing(found)) == shown
    assert not found.recorder.cycle
