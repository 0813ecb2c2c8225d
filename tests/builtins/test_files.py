"""Builtins that read files. Expected values are Nix 2.34.8's; more rows are in tests/cli and tests/oracle."""

from __future__ import annotations

import pytest

from nixlite.errors import NixError
from nixlite.evaluator import Evaluator
from nixlite.formats.nix.deep import force_deep
from nixlite.formats.nix.instantiated import show_shallow
from nixlite.host.memory import Link, MemoryHost
from nixlite.host.settings import Settings
from nixlite.source import Source

FILES: dict[str, str | bytes | Link] = {
    "/w/a.nix": "1 + 1",
    "/w/traced.nix": 'builtins.trace "evaluated" 7',
    "/w/scope.nix": "x + 1",
    "/w/function.nix": "{ n ? 1 }: n * 2",
    "/w/dir/default.nix": "{ here = ./.; up = import ../a.nix; }",
    "/w/linked": Link("dir"),
    "/w/text": "one\ntwo\n",
    "/w/latin1": b"caf\xe9",
    "/w/nul": b"a\0b",
}


def evaluate(expression: str) -> tuple[str, MemoryHost]:
    host = MemoryHost(FILES, env={"HOME": "/h", "VAR": "value"})
    evaluator = Evaluator(Settings(cwd="/w"), host)
    value = evaluator.evaluate_source(Source("«string»", expression, base="/w"))
    force_deep(evaluator.state, value)
    return show_shallow(value), host


READ_BACK = """
  let a = builtins.toFile "a" "x"; b = builtins.toFile "b" "see ${a}";
  in builtins.getContext (builtins.readFile b) == builtins.getContext a
"""
IMPORT_DERIVATION = """
  let
    d = derivation { name = "x"; system = "s"; builder = "b"; outputs = [ "out" "dev" ]; };
    i = import d.drvPath;
  in [ i.outputName (i.out.outPath == d.outPath) (i.drvPath == d.drvPath) ]
"""

VALUES = [
    # expression                                        printed                       why
    ("import ./a.nix", "2", "a file"),
    ('import "/w/a.nix"', "2", "a string that is an absolute path"),
    ("import ./function.nix { n = 4; }", "8", "a file that is a function"),
    ("(import ./dir).up", "2", "paths in a file are relative to it"),
    ("(import ./linked).here", "/w/dir", "a link's target is where a file is"),
    ('import { outPath = "/w/a.nix"; }', "2", "a set with outPath"),
    ('import { __toString = self: "/w/a.nix"; }', "2", "a set with __toString"),
    ("builtins.scopedImport { x = 4; } ./scope.nix", "5", "variables for a file"),
    ("builtins.scopedImport { builtins = 1; x = 2; } ./scope.nix", "3", "builtins may be hidden"),
    ("builtins.readFile ./text", '"one\\ntwo\\n"', "a text"),
    ("builtins.stringLength (builtins.readFile ./latin1)", "4", "bytes that are not UTF-8 stay bytes"),
    ("builtins.readDir ./dir", '{ "default.nix" = "regular"; }', "a directory"),
    ("(builtins.readDir ./.).linked", '"symlink"', "an entry that is a link"),
    ("map builtins.pathExists [ ./a.nix ./b.nix ./linked ]", "[ true false true ]", "existence"),
    ('map builtins.pathExists [ "/w/dir/" "/w/a.nix/" "/w/linked/." ]', "[ true false true ]", "directories"),
    ('builtins.getEnv "VAR"', '"value"', "an environment variable"),
    ('builtins.getEnv "NONE"', '""', "none"),
    ('builtins.toPath "/a/../b//c/."', '"/b/c"', "a path made canonical"),
    ('builtins.readFile (builtins.toFile "x" "y")', '"y"', "a file of the store in memory"),
    ('builtins.readFile "${./text}"', '"one\\ntwo\\n"', "a source in the store"),
    ("builtins.pathExists builtins.storeDir", "true", "there is a store wherever there is Nix"),
    ('builtins.pathExists (builtins.toFile "x" "y")', "true", "and it exists"),
    (
        READ_BACK,
        "true",
        "a text in the store has the references that occur in it as its context",
    ),
    (
        IMPORT_DERIVATION,
        '[ "dev" true true ]',
        "importing a derivation describes it",
    ),
    ("(builtins.tryEval <nope>).success", "false", "a missing lookup path can be caught"),
    ("builtins.typeOf <nix/fetchurl.nix>", '"path"', "the bundled files are paths"),
]


@pytest.mark.parametrize(("expression", "printed", "why"), VALUES, ids=[row[2] for row in VALUES])
def test_values(expression: str, printed: str, why: str) -> None:
    assert evaluate(expression)[0] == printed


ERRORS = [
    ("builtins.readFile ./nul", "the contents of the file '/w/nul' cannot be represented as a Nix string"),
    ('builtins.readFile "text"', "string 'text' doesn't represent an absolute path"),
    ("builtins.readFile ./none", "path '/w/none' does not exist"),
    ("import ./none.nix", "path '/w/none.nix' does not exist"),
    ("import ./text", "undefined variable 'one'"),
    ("builtins.scopedImport 1 ./scope.nix", "expected a set but found an integer: 1"),
    ("<nope>", "file 'nope' was not found in the Nix search path (add it using $NIX_PATH or -I)"),
]


@pytest.mark.parametrize(("expression", "message"), ERRORS, ids=[row[0] for row in ERRORS])
def test_errors(expression: str, message: str) -> None:
    with pytest.raises(NixError) as caught:
        evaluate(expression)
    assert caught.value.message == message


def test_import_from_derivation_needs_a_build() -> None:
    """Nix builds here; nixlite, on a host that runs no installed Nix, says what would have to be built."""
    with pytest.raises(
        NixError,
        match=r"cannot build '/nix/store/\w+-x.drv\^out' during evaluation: .*'nix-store': MemoryHost does not",
    ):
        evaluate('import (derivation { name = "x"; system = builtins.currentSystem; builder = "b"; })')


def test_files_are_evaluated_once() -> None:
    printed, host = evaluate("[ (import ./traced.nix) (import ./traced.nix) (import ./dir/../traced.nix) ]")
    assert printed == "[ 7 7 7 ]"
    assert "".join(host.stderr) == "trace: evaluated\n"


def test_scoped_imports_are_evaluated_anew() -> None:
    _, host = evaluate(
        "let t = builtins.scopedImport { } ./traced.nix; u = builtins.scopedImport { } ./traced.nix; in t + u"
    )
    assert "".join(host.stderr) == "trace: evaluated\n" * 2


def test_read_only_store_has_nothing_in_it() -> None:
    """`nix-instantiate --eval` without `--read-write-mode`."""
    settings = Settings(cwd="/w")
    settings.read_only = True
    evaluator = Evaluator(settings, MemoryHost(FILES))
    source = Source("«string»", 'builtins.readFile (builtins.toFile "x" "hi")', base="/w")
    with pytest.raises(NixError) as caught:
        evaluator.evaluate_source(source)
    assert caught.value.message == "path 'pmif2b12nn699asgyhdxsbar2hi735fl-x' is not valid"


def test_hosts_share_nothing() -> None:
    first, second = MemoryHost({"/w/x": "1"}), MemoryHost({"/w/x": "2"})
    source = Source("«string»", "import ./x", base="/w")
    assert [Evaluator(Settings(cwd="/w"), host).evaluate_source(source) for host in (first, second)] == [1, 2]
