"""`nixlite args` and the scope of the real `callPackage`, packages, and what is said of what goes wrong.

The answers about the sets below are those of C++ Nix 2.34.8, which was asked for
`(set.callPackage ({ … }@args: { inherit args; }) { }).args` and for the errors of `override`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nixlite.__main__ import run
from nixlite.host.capturing import CapturingHost
from tests.repl.test_session import replies, session_in

if TYPE_CHECKING:
    from pathlib import Path

LIB = """
let
  callPackageWith = scope: f: given: makeOverridable f (builtins.intersectAttrs (builtins.functionArgs f) scope // given);
  # As nixpkgs had it until 2018: override is a function without named arguments.
  makeOverridable = f: args: let result = f args; with' = new: args // (if builtins.isFunction new then new args else new); in
    if builtins.isAttrs result then result // { override = new: makeOverridable f (with' new); }
      // (if result ? overrideAttrs then { overrideAttrs = change: makeOverridable (args: (f args).overrideAttrs change) args; } else { })
    else result;
  drv = name: { type = "derivation"; inherit name; overrideAttrs = change: drv name // change { }; };
in
"""
SET = (
    LIB
    + """
rec {
  xorg = { libX11 = drv "libX11"; };
  zlib = drv "zlib";
  debug = drv "debug";
  callPackage = callPackageWith (pkgs // pkgs.xorg);
  pkgs = { inherit zlib debug xorg callPackage; };
  python3Packages = rec { six = drv "six"; numpy = drv "numpy"; callPackage = callPackageWith (pkgs // pkgs.xorg // { inherit six numpy; }); };
  pythonPackages = { six = drv "six2"; callPackage = callPackageWith (pkgs // { inherit (pythonPackages) six; }); };
  perlPackages = throw "none";
  otherPackages = { numpy = drv "numpy"; };
  tool = callPackage ({ zlib, libX11, tool ? null }: drv "tool") { };
  changed = tool.overrideAttrs (old: { x = 1; });
  again = (tool.override { tool = 1; }).overrideAttrs (old: { });
  open = callPackage ({ zlib, ... }: drv "open") { };
  functor = { override = { __functor = self: { zlib }: zlib; __functionArgs = { zlib = false; }; }; };
}
"""
)


def ask(directory: Path, *words: str) -> tuple[int, list[str]]:
    """The exit code of `args` with the set above, and what it prints, without places."""
    (directory / "set.nix").write_text(SET)
    host = CapturingHost({})
    code = run(["args", *(word.replace("SET", f"{directory}/set.nix") for word in words)], host)
    lines = "".join(host.stdout + host.stderr).splitlines()
    return code, [" ".join(line.replace(f"{directory}/", "").split()) for line in lines]


def rows(lines: list[str]) -> list[str]:
    """The names of the arguments and where they come from."""
    return [" ".join(line.split()[:2]) for line in lines[1:] if line.split()[1] in HOW and line[:4] != "the "]


HOW = ("given", "automatic", "default", "missing")

SCOPES = [
    # function, set, where arguments come from, exit code
    ("{ zlib }: 1", "SET", ["zlib automatic"], 0),
    ("{ libX11 }: 1", "SET", ["libX11 automatic"], 0),  # not in the set itself
    ("{ six }: 1", "SET", ["six missing"], 1),
    ("{ tool }: 1", "SET", ["tool missing"], 1),  # in the set, and not where its callPackage looks
    ("{ tool ? 1 }: 1", "SET", ["tool default"], 0),
    ("{ six, zlib, libX11 }: 1", "SET#python3Packages", ["six automatic", "zlib automatic", "libX11 automatic"], 0),
    ("{ zlib, libX11 ? 1 }: 1", "SET#pythonPackages", ["zlib automatic", "libX11 default"], 0),
    ("{ numpy, zlib }: 1", "SET#otherPackages", ["numpy automatic", "zlib automatic"], 0),  # has no callPackage
    ("{ debug ? false }: 1", "SET", ["debug automatic"], 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("function", "scope", "expected", "code"), SCOPES, ids=[f"{r[0]} {r[1]}" for r in SCOPES]
)
def test_scope_of_the_real_call_package(
    tmp_path: Path, function: str, scope: str, expected: list[str], code: int
) -> None:
    got, lines = ask(tmp_path, "--expr", function, "-f", scope)
    assert (got, rows(lines)) == (code, expected)


PACKAGES = [
    # package, given, rows, exit code
    ("tool", "{ }", ["zlib automatic", "libX11 automatic", "tool default"], 0),
    ("changed", "{ }", ["zlib automatic", "libX11 automatic", "tool default"], 0),
    ("again", "{ }", ["zlib automatic", "libX11 automatic", "tool given"], 0),
    ("tool", "{ zlib = 1; }", ["zlib given", "libX11 automatic", "tool default"], 0),
    ("tool", "{ nope = 1; }", ["zlib automatic", "libX11 automatic", "tool default"], 1),
    ("again", "{ libx11 = 1; }", ["zlib automatic", "libX11 automatic", "tool given"], 1),
    ("functor", "{ }", ["zlib automatic"], 0),
    ("open", "{ nope = 1; }", [], 2),  # takes anything, and does not say what it knows
]


@pytest.mark.parametrize(
    ("package", "given", "expected", "code"), PACKAGES, ids=[f"{r[0]} {r[1]}" for r in PACKAGES]
)
def test_packages_of_an_old_tree(
    tmp_path: Path, package: str, given: str, expected: list[str], code: int
) -> None:
    got, lines = ask(tmp_path, f"SET#{package}", "--given", given)
    assert (got, rows(lines)) == (code, expected)


SAID = [
    # function, flags, a line of the answer, exit code
    ("{ zlib }: 1", ["--given", "{ zlob = 1; }"], "zlob: given, but there is no such argument. Did you mean zlib?", 1),
    ("{ zlib }: 1", ["--given", "{ a = 1; b = 2; }"], "so the call fails; what the function accepts: zlib", 1),
    ("{ }: 1", ["--given", "{ a = 1; }"], "so the call fails; what the function accepts: nothing", 1),
    ("{ zlib, ... }: 1", ["--given", "{ a = 1; }"], "a: given, and taken by '...'", 0),
    ("{ six, numpy }: 1", [], "all that is missing is in python3Packages: call it with python3Packages.callPackage", 1),
    ("{ six }: 1", [], "six is in python3Packages and pythonPackages: call it with python3Packages.callPackage", 1),
    ("{ six, nowhere }: 1", [], "six is in python3Packages and pythonPackages: call it with python3Packages.callPackage", 1),
    ("{ debug ? false }: 1", [], ("the default of debug is not used: callPackage passes what set.nix has by the same"
     " name. To keep it, give it by hand, callPackage … { debug = false; }, or rename the argument"), 0),
    ("{ debug ? 1, zlib ? 2 }: 1", [], ("the defaults of debug and zlib are not used: callPackage passes what set.nix"
     " has by the same name. To keep them, give them by hand, callPackage … { debug = 1; zlib = 2; }, or rename the"
     " arguments"), 0),
    ("{ zlib, ... }@args: args.curl", [], ("args.curl («string»:1:21) fails: callPackage passes only what the function"
     " names, '...' gets nothing. Name it: { zlib, curl, ... }@args:"), 1),
    ("{ zlib, ... }@a: [ (a.curl or 1) ]", [], ("a.curl («string»:1:21) is not there: callPackage passes only what the"
     " function names, '...' gets nothing. Name it: { zlib, curl, ... }@a:"), 0),
    ("{ zlib, ... }@a: if a ? curl then a.curl else 1", [], ("a.curl («string»:1:35) is not there: callPackage passes"
     " only what the function names, '...' gets nothing. Name it: { zlib, curl, ... }@a:"), 0),
]  # fmt: skip


@pytest.mark.parametrize(("function", "flags", "line", "code"), SAID, ids=[f"{r[0]} {r[1]}" for r in SAID])
def test_what_is_said(tmp_path: Path, function: str, flags: list[str], line: str, code: int) -> None:
    got, lines = ask(tmp_path, "--expr", function, "-f", "SET", *flags)
    assert (got, [one for one in lines if one == line]) == (code, [line])


SILENT = [
    # function, flags, words that are not said
    ("{ zlib, ... }@a: a.zlib", [], "callPackage passes only"),
    ("{ zlib, ... }@a: a.curl", ["--given", "{ curl = 1; }"], "callPackage passes only"),
    ("{ zlib, ... }@a: (a: a.curl) { curl = 1; }", [], "callPackage passes only"),
    ("{ debug ? 1 }: 1", ["--given", "{ debug = 1; }"], "not used"),
    ("{ nowhere }: 1", [], "call it with"),
    ("{ zlib, more ? 1 }: 1", [], "not used"),
]


@pytest.mark.parametrize(("function", "flags", "words"), SILENT, ids=[row[0] for row in SILENT])
def test_what_is_not_said(tmp_path: Path, function: str, flags: list[str], words: str) -> None:
    assert words not in "\n".join(ask(tmp_path, "--expr", function, "-f", "SET", *flags)[1])


def test_repl_asks_the_set_of_the_session(tmp_path: Path) -> None:
    (tmp_path / "set.nix").write_text(SET)
    session = session_in(tmp_path)
    session.send("pkgs = import ./set.nix")
    assert replies(session, ":callPackage ({ libX11, zlib }: [ libX11.name zlib.name ])") == [
        'pkgs.callPackage ({ libX11, zlib }: [ libX11.name zlib.name ]) { }\n[ "libX11" "zlib" ]'
    ]
    assert replies(session, ":args pkgs.again")[0].startswith("the function (")
    (answer,) = replies(session, ":args { libX11, six }: 1")
    assert "libX11  automatic  from pkgs" in answer
    assert "six is in python3Packages and pythonPackages" in answer


VALUES = [
    # value, what is said of it
    ("1", "1"),
    ('"text"', '"text"'),
    ("builtins.seq derivation derivation", "«string»"),
    ('throw "never evaluated"', "«string»"),
    ("{ a = 1; }", "«string»"),
    ("builtins", "{ … }"),
]


@pytest.mark.parametrize(("value", "said"), VALUES, ids=[row[0] for row in VALUES])
def test_values_are_said_in_short(tmp_path: Path, value: str, said: str) -> None:
    _, lines = ask(tmp_path, "--expr", "{ a }: 1", "-f", "SET", "--given", f"{{ a = {value}; }}")
    assert lines[1].startswith(f"a given {said}")
