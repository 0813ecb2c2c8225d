"""Pill 14 of the Nix Pills, typed into `nixlite repl` as it stands there, and its exercise in `stdlib/lib.nix`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.oracle.compare import transcript
from tests.support import ROOT, nixlite

if TYPE_CHECKING:
    from pathlib import Path

# The pill's two versions: with the first, the result of `override` cannot be overridden again.
ONCE = """{
  makeOverridable = f: origArgs:
    let
      origRes = f origArgs;
    in
      origRes // { override = newArgs: f (origArgs // newArgs); };
}
"""
AGAIN = """rec {
  makeOverridable = f: origArgs:
    let
      origRes = f origArgs;
    in
      origRes // { override = newArgs: makeOverridable f (origArgs // newArgs); };
}
"""

FIRST_STEPS = [
    # typed                                            answered
    (":l lib.nix",                                      "Added 1 variables."),
    ("f = { a, b }: { result = a+b; }",                 ""),
    ("f { a = 3; b = 5; }",                             "{ result = 8; }"),
    ("res = makeOverridable f { a = 3; b = 5; }",       ""),
    ("res",                                             "{ override = «lambda»; result = 8; }"),
]  # fmt: skip
SESSIONS = {
    "once": (ONCE, [*FIRST_STEPS, ("res.override { a = 10; }", "{ result = 15; }")]),
    "again and again": (
        AGAIN,
        [
            *FIRST_STEPS,
            ("res2 = res.override { a = 10; }", ""),
            ("res2", "{ override = «lambda»; result = 15; }"),
            ("res2.override { b = 20; }", "{ override = «lambda»; result = 30; }"),
        ],
    ),
}


@pytest.mark.parametrize("name", SESSIONS)
def test_the_pills_session(tmp_path: Path, name: str) -> None:
    library, steps = SESSIONS[name]
    (tmp_path / "lib.nix").write_text(library)
    assert answers(tmp_path, [typed for typed, _ in steps]) == [answer for _, answer in steps]


def answers(directory: Path, lines: list[str]) -> list[str]:
    """What the REPL says to each line; `Added N variables.` may be followed by their names."""
    done = nixlite(["repl"], cwd=directory, stdin="".join(f"{line}\n" for line in lines))
    assert done.returncode == 0, done.stderr
    steps = transcript(done.stdout)[: len(lines)]
    return [step.split("\n")[0] if step.startswith("Added ") else step for step in steps]


def test_without_a_file_the_bundled_library_is_loaded(tmp_path: Path) -> None:
    done = nixlite(["repl"], cwd=tmp_path, stdin=":l lib.nix\n(makeOverridable (x: x) { a = 1; }).a\n")
    assert "Added 3 variables." in done.stdout
    assert "bundled" in done.stdout + done.stderr
    assert transcript(done.stdout)[1] == "1"


LIBRARY = [
    # expression                                                             printed        why
    ("(res.override { a = 10; }).result",                                    "15",          "new arguments replace"),
    ("((res.override { a = 10; }).override { b = 20; }).result",             "30",          "earlier overrides stay"),
    ("(res.override (old: { a = old.a + 1; })).result",                      "9",           "a function of the old ones"),
    ("(((png.override { debug = true; }).override { zlib = 2; }).override { }).debug", "true", "again and again"),
    ("png",            "{ debug = false; override = <LAMBDA>; zlib = \"z\"; }",              "from the scope"),
    ("(callPackageWith scope ({ zlib }: { inherit zlib; }) { zlib = 7; }).zlib", "7",        "overrides win over the scope"),
    ("callPackageWith { x = 1; } ({ x }: x) { }",                            "1",           "a result that is no set"),
    ("(callPackage f { a = 1; b = 2; }).result",                             "3",           "<nixpkgs> is not needed"),
    ("(callPackageWith { a = 1; b = 2; } ./f.nix { }).result",               "3",           "a package in a file"),
]  # fmt: skip

CONTEXT = """with import {library};
let
  f = {{ a, b }}: {{ result = a + b; }};
  res = makeOverridable f {{ a = 3; b = 5; }};
  scope = {{ zlib = "z"; unused = throw "never looked at"; }};
  png = callPackageWith scope ({{ zlib, debug ? false }}: {{ inherit zlib debug; }}) {{ }};
in
{expression}
"""


@pytest.mark.parametrize(("expression", "printed", "why"), LIBRARY, ids=[row[2] for row in LIBRARY])
def test_the_bundled_library(tmp_path: Path, expression: str, printed: str, why: str) -> None:
    (tmp_path / "f.nix").write_text("{ a, b }: { result = a + b; }")
    text = CONTEXT.format(library=ROOT / "stdlib" / "lib.nix", expression=expression)
    done = nixlite(["instantiate", "--eval", "--strict", "-"], cwd=tmp_path, stdin=text)
    assert (done.stdout.strip(), done.stderr) == (printed, "")
