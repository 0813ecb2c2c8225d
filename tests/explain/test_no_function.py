"""Packages that cannot be overridden (any more): why not, and what to write, which Nix evaluates as is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from nixlite.__main__ import run
from nixlite.evaluator import Evaluator
from nixlite.explain.brief import text_of
from nixlite.explain.stale.answer import stale
from nixlite.host.capturing import CapturingHost
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from nixlite.repl.session import Session
from nixlite.runtime.thunk import force
from nixlite.runtime.values import NixPath
from tests.explain.support import program_of_file

if TYPE_CHECKING:
    from pathlib import Path

    from nixlite.explain.stale.fix.effects import Fix

ONCE = """\
  makeOverridable = f: origArgs:
    let
      origRes = f origArgs;
    in
      origRes // { override = newArgs: f (origArgs // newArgs); };
"""
"""The first `makeOverridable` of Nix pill 14."""

LIBRARY = """\
  mk = attrs: derivation ({ system = "x86_64-linux"; builder = "/bin/sh"; } // attrs)
    // { overrideAttrs = change: mk (attrs // change attrs); };
  over = f: args: f args // { override = new: over f (args // new); };
  p = over ({ v ? "1", gd ? null }: mk { name = "p-${v}"; inherit gd; }) { };
  getBin = x: mk { name = "bin"; inherit x; };
  join = { name, paths }: mk { inherit name paths; };
"""


class Lost(NamedTuple):
    """*program* has its result at `r`; *said* are parts of the answer, *codes* what it says to write; *drv* is
    what Nix 2.34.8 instantiates the program to with any of these."""

    program: str
    said: list[str]
    codes: list[str]
    drv: str


def let(definitions: str, result: str) -> str:
    """A program."""
    return f"let\n{definitions}in {{\n  r = {result};\n}}\n"


CASES = {
    "pill 14": Lost(
        let(f'{ONCE}  f = {{ name, gd ? "no" }}: derivation {{ inherit name gd; system = "x"; builder = "b"; }};\n'
            '  p = makeOverridable f { name = "graphviz"; };\n',
            '(p.override { gd = "yes"; }).override { name = "g2"; }'),
        ["Refused: graphviz has no `override`.",
         "It is what `override` (p.nix:10) gave",
         "the `override` of `makeOverridable` (p.nix:2) gives the plain result of `f (origArgs // newArgs)` (p.nix:6)",
         "`makeOverridable` is not called again, which would give that an `override`, so it can be used once"],
        ['p.override { gd = "yes"; name = "g2"; }',
         "override = newArgs: makeOverridable f (origArgs // newArgs);"],
        "/nix/store/jb5z4b5i4714pzxr2krhkid76zycjh90-g2.drv",
    ),
    "pill 14, with the first result bound": Lost(
        let(f'{ONCE}  f = {{ name, gd ? "no" }}: derivation {{ inherit name gd; system = "x"; builder = "b"; }};\n'
            '  p = makeOverridable f { name = "graphviz"; };\n  q = p.override { gd = "yes"; };\n',
            'q.override { name = "g2"; }'),
        ["It is what `override` (p.nix:9) gave"],
        ["override = newArgs: makeOverridable f (origArgs // newArgs);"],
        "/nix/store/jb5z4b5i4714pzxr2krhkid76zycjh90-g2.drv",
    ),
    "in a set that is not rec": Lost(
        "let lib = {\n" + ONCE + '};\n'
        '  f = { name, gd ? "no" }: derivation { inherit name gd; system = "x"; builder = "b"; };\n'
        '  q = (lib.makeOverridable f { name = "graphviz"; }).override (gd: { });\n'
        '  s = (lib.makeOverridable f { name = "graphviz"; }).override { gd = "yes"; };\n'
        'in { r = s.override { name = "g2"; }; }\n',
        ["the set around `makeOverridable` has to be `rec` for that"],
        ["override = newArgs: makeOverridable f (origArgs // newArgs);"],
        "/nix/store/jb5z4b5i4714pzxr2krhkid76zycjh90-g2.drv",
    ),
    "after overrideAttrs": Lost(
        let(LIBRARY, '(p.overrideAttrs (old: { x = "1"; })).override { v = "2"; }'),
        ["that `overrideAttrs` (p.nix:3) makes the package anew",
         "the `override` that there was before (p.nix:4) was put over what it starts from, and is lost"],
        ['(p.override { v = "2"; }).overrideAttrs (old: { x = "1"; })'],
        "/nix/store/f3w6ywx38qdgp49kcaczvz54mahd2g05-p-2.drv",
    ),
    "a function around it": Lost(
        let(LIBRARY, '(getBin p).override { v = "2"; }'),
        ["It is what `getBin` made", "`override` belongs to `p`, not to what `getBin` gives"],
        ['(getBin (p.override { v = "2"; }))'],
        "/nix/store/2y92wjbjkgjxlxkxakrpv81ijgd5qjzs-bin.drv",
    ),
    "in a list of a wrapper": Lost(
        let(LIBRARY, '(join { name = "j"; paths = [ p ]; }).override { v = "2"; }'),
        ["It is what `join` made"],
        ['(join { name = "j"; paths = [ (p.override { v = "2"; }) ]; })'],
        "/nix/store/zgm4yq7qbqlslfkbxwxhj5x386k7zxc9-j.drv",
    ),
    "overrideAttrs of what has none": Lost(
        let(LIBRARY + '  raw = x: derivation { name = "raw"; system = "x"; builder = "b"; inherit x; };\n',
            '(raw p).overrideAttrs (old: { y = "1"; })'),
        ["has no `overrideAttrs`", "was not made by `mkDerivation`, which gives `overrideAttrs`"],
        ['(raw (p.overrideAttrs (old: { y = "1"; })))'],
        "/nix/store/2xxavda1nh8dqxssw5v09fnnd1ishrwq-raw.drv",
    ),
    "imported": Lost(
        let(LIBRARY, '(import ./f.nix { inherit mk; }).override { v = "3"; }'),
        ["It is what `import ./f.nix` made; that was not made by `callPackage`"],
        ['(import ./f.nix { inherit mk; v = "3"; })'],
        "/nix/store/05jdlwrf1yylq1zj289065wg23pqp78l-i-3.drv",
    ),
    "imported, given already": Lost(
        let(LIBRARY + "  f = import ./f.nix;\n", '(f { inherit mk; v = "2"; }).override { v = "3"; }'),
        ["It is what `f` made"],
        ['(f ({ inherit mk; v = "2"; } // { v = "3"; }))'],
        "/nix/store/05jdlwrf1yylq1zj289065wg23pqp78l-i-3.drv",
    ),
    "what does not reach is not said": Lost(
        let(LIBRARY + '  drop = x: mk { name = "bin"; y = x.name; };\n', '(drop p).override { gd = "2"; }'),
        ["It is what `drop` made"],
        [],
        "",
    ),
}  # fmt: skip


def ask(folder: Path, *words: str) -> str:
    """What a command writes, on one line."""
    host = CapturingHost({})
    run(list(words), host)
    return " ".join("".join(host.stdout + host.stderr).replace(f"{folder}/", "").split())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "f.nix").write_text('{ mk, v ? "1" }: mk { name = "i-${v}"; }\n')
    return tmp_path


@pytest.mark.parametrize("command", ["stale", "why"])
@pytest.mark.parametrize("name", CASES)
def test_explained(name: str, command: str, folder: Path) -> None:
    case = CASES[name]
    (folder / "p.nix").write_text(case.program)
    text = ask(folder, command, str(folder / "p.nix"), "r")
    for part in [*case.said, *case.codes]:
        assert " ".join(part.split()) in text
    assert bool(case.codes) == ("✓" in text)
    assert ("Do this" in text) == bool(case.codes)


def edited(program: str, fix: Fix) -> str:
    """The program with what is to be written."""
    for start, end, text in sorted(fix.edits, reverse=True):
        program = program[:start] + text + program[end:]
    return program


@pytest.mark.parametrize("name", CASES)
def test_as_nix_evaluates_it(name: str, folder: Path) -> None:
    """What is to be written gives the derivation that Nix 2.34.8 makes of it."""
    case = CASES[name]
    file = folder / "p.nix"
    file.write_text(case.program)
    answer = stale(program_of_file(str(file)), ["r"])
    assert len(answer.fixes) == len(case.codes)
    for fix in answer.fixes:
        file.write_text(edited(case.program, fix))
        assert fix.drv == case.drv
        value = Evaluator(Settings(), RealHost()).import_file(NixPath(str(file)))
        assert text_of(force(force(value["r"])["drvPath"])) == case.drv


def test_of_the_function_itself(folder: Path) -> None:
    (folder / "p.nix").write_text(
        CASES["pill 14, with the first result bound"].program.replace("r = q", "q = q; r = q")
    )
    text = ask(folder, "why", str(folder / "p.nix"), "q.override")
    assert "graphviz has no `override`. It is what `override` (p.nix:9) gave" in text
    assert "override = newArgs: makeOverridable f (origArgs // newArgs);" in text
    assert "✓ evaluated: q.override is then there" in text


def test_of_what_needs_it(folder: Path) -> None:
    (folder / "p.nix").write_text(CASES["after overrideAttrs"].program)
    assert "✓ evaluated: r.name then evaluates; `overrideAttrs` comes last" in ask(
        folder, "why", str(folder / "p.nix"), "r.name"
    )


def test_file_without_a_name(folder: Path) -> None:
    """`makeOverridable` as a file of its own gets a name to call itself by."""
    function = ONCE.partition("= ")[2].rpartition(";")[0]
    (folder / "make.nix").write_text(function + "\n")
    program = CASES["pill 14, with the first result bound"].program.replace(
        ONCE, "  makeOverridable = import ./make.nix;\n"
    )
    (folder / "p.nix").write_text(program)
    text = ask(folder, "stale", str(folder / "p.nix"), "r")
    assert "at make.nix:" in text
    assert "override = newArgs: makeOverridable f (origArgs // newArgs);" in text
    assert "let makeOverridable = …; in makeOverridable" in text


def test_in_the_repl(folder: Path) -> None:
    (folder / "p.nix").write_text(
        CASES["pill 14, with the first result bound"].program.replace("r = q", "inherit p q; r = q")
    )
    session = Session(Evaluator(Settings(), RealHost()))
    session.send(f":l {folder}/p.nix")
    for line in (
        ":stale r",
        ":why r",
        ':stale q.override { name = "g2"; }',
        ':stale (p.override { gd = "a"; }).override { name = "g2"; }',
    ):
        text = " ".join(session.send(line).text.split())
        assert "so it can be used once" in text
        assert "override = newArgs: makeOverridable f (origArgs // newArgs);" in text
