"""Sources whose parts are compiled when they are first needed: what they give, and what the cache keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import nixlite
from nixlite.analysis.policy import Policy
from nixlite.analysis.scope import analyse
from nixlite.cache.files import Cache
from nixlite.cache.pack import HEAD, SUFFIX
from nixlite.cache.pieces import Pieces
from nixlite.errors import NixError
from nixlite.evaluator import Evaluator
from nixlite.formats.nix.deep import force_deep
from nixlite.formats.nix.instantiated import show_shallow
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.runtime.thunk import force
from nixlite.source import Source
from nixlite.traces.rendering import render_error
from tests.oracle.cases import Case, load, run_case
from tests.oracle.compare import wrong_parts
from tests.oracle.ledger import read_ledger

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = Policy(source=0, value=0, members=1, large=0, huge=0)
NO_FUNCTION = Policy(source=0, value=0, members=1, large=10**9, huge=10**9)
NOTHING = Policy(source=10**9, value=0, members=1, large=0, huge=0)


def evaluator(policy: Policy, cache: Path | None = None) -> Evaluator:
    made = Evaluator(Settings(cwd="/base"), CapturingHost({}), Cache(str(cache)) if cache else None)
    made.policy = policy
    return made


def source(text: str) -> Source:
    return Source("/base/x.nix", text, base="/base", path="/base/x.nix")


def shown(ev: Evaluator, text: str, *, strict: bool = True) -> str:
    """What `nix-instantiate --eval` prints, the error with its trace where there is one."""

    def printed(_: None) -> str:
        value = ev.evaluate_source(source(text))
        if strict:
            force_deep(ev.state, value)
        return str(show_shallow(value))

    try:
        return str(ev.guard(printed, None))
    except NixError as error:
        return str(render_error(ev.explain(error), show_trace=True))


# Values: those of `nix-instantiate --eval --strict`, Nix 2.34.8. Pieces: all that may be one.
CASES = [
    # expression                                          printed                  pieces  why
    ("{ a = 1 + 1; b = 2; }", "{ a = 2; b = 2; }", 1, "a constant is no piece"),
    ("rec { a = b + 1; b = c + 1; c = 1; }", "{ a = 3; b = 2; c = 1; }", 2, "pieces use each other"),
    ("let a = { x = b; }; b = { y = 1; z = a; }; in a.x.z.x.y", "1", 2, "a circle of pieces"),
    ("let f = x: a x + b; a = x: x + b; b = 1 + 1; in f 1", "5", 3, "functions use a piece"),
    ("let b = f (1 + 1); f = x: x + c; c = 3 * 1; in b", "5", 3, "a piece uses a function and another piece"),
    ("let p = ./a; x = { inherit p; q = p + \"/b\"; }; in x", "{ p = /base/a; q = /base/a/b; }", 2, "paths"),
    ("let x = 1; y = \"s\"; z = [ x y ]; in { inherit z; }", '{ z = [ 1 "s" ]; }', 1, "constants outside"),
    ("rec { a = { b = { c = d + 1; }; d = 5; }; d = 1 + 1; }", "{ a = { b = { c = 3; }; d = 5; }; d = 2; }",
     4, "pieces in pieces"),
    ("{ a, b ? a + 1 }: { x = a + b; }", "<LAMBDA>", 1, "a function"),
    ("({ a, b ? a + 1 }@args: { x = a + b; y = args ? b; }) { a = 1; }", "{ x = 3; y = false; }", 2, "formals"),
    ("map (x: { y = x + 1; }) [ 1 2 ]", "[ { y = 2; } { y = 3; } ]", 1, "one piece, two environments"),
    ("with { a = 1; }; with { b = 2; }; { c = a + b; }", "{ c = 3; }", 1, "names of `with`"),
    ("rec { inherit (s) x; s = { x = y + 1; }; y = 1 * 1; }", "{ s = { x = 2; }; x = 2; y = 1; }", 3, "inherit"),
    ("let s = { a = 1 + 1; }; inherit (s) a; b = a + a; in b", "4", 3, "a piece uses an inherited name"),
    ('rec { a = 1 + 1; ${"b" + "c"} = a + 1; }', "{ a = 2; bc = 3; }", 1, "dynamic names"),
    ("rec { __overrides = { b = 10; }; a = b + 1; b = 1 + 1; }.a", "11", 0, "overridable sets are as ever"),
    ("let a.b.c = 1 + 1; a.b.d = a.b.c; in a", "{ b = { c = 2; d = 2; }; }", 4, "sets that were merged"),
    ("builtins.attrNames { c = 1 + 1; a = 1; b = x: x; }", '[ "a" "b" "c" ]', 2, "names"),
    ("builtins.unsafeGetAttrPos \"b\" { a = 1 + 1;\n b = 2 + 2; }",
     '{ column = 2; file = "/base/x.nix"; line = 2; }', 2, "positions"),
    ("(rec { a = 1 + 1;\n b = builtins.unsafeGetAttrPos \"a\" { inherit a; }; }).b",
     '{ column = 46; file = "/base/x.nix"; line = 2; }', 2, "positions of what is inherited"),
    ("let a = b; b = 1 + 1; in { x = a; y = b + a; }", "{ x = 2; y = 4; }", 2, "aliases"),
    ("builtins.tryEval (let x = throw \"no\" + \"\"; in x)", "{ success = false; value = false; }", 1, "tryEval"),
    ("let f = n: let m = n - 1; in if n == 0 then 0 else 1 + f (m + 0); in f 100", "100", 2, "recursion"),
    ("let x = [ (1 + 1) y ]; y = { z = x; }; in builtins.length y.z", "2", 2, "lists"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "printed", "pieces", "why"), CASES, ids=[case[3] for case in CASES])
def test_values(text: str, printed: str, pieces: int, why: str) -> None:
    ev = evaluator(EVERYTHING)
    program = source(text)
    analysis = analyse(ev.parse(program), program, ev.state.globals, policy=EVERYTHING)
    assert len(analysis.pieces) == pieces
    assert shown(ev, text) == shown(evaluator(NO_FUNCTION), text) == printed


# What is printed without `--strict`, and errors with their traces: the same as without pieces.
SAME = [
    "{ a = 1 + 1; b = x: x; c = 1; d = { }; e = [ (1 + 1) ]; }",
    "rec { a = 1 + 1; b = a; c = builtins.seq a a; }",
    "let a = 1 + 1; in builtins.seq a { x = a; y = a + 0; }",
    "let x = y + 1; y = x + 1; in x",
    "rec { a = b; b = a + 1; }.a",
    "let x = { y = throw \"no\"; }; in x.y",
    "let x = { y = z.w; }; z = { v = 1; }; in [ x.y ]",
    "let x = { y = f 1; }; f = { a }: a; in x.y",
    "let x = { y = f { }; }; f = { a }: a; in x.y",
    "let g = x: { y = x + \"\"; }; in (g 1).y",
    "let x = assert 1 == 2; 1; y = \"a${x}\"; in { z = y + y; }.z",
    "let e = builtins.throw \"no\" + \"\"; in [ (builtins.tryEval e) e ]",
    "{ a = 1 + 1; b = { c = undefined; }; }",
    "let a = { b = if 1 then 2 else 3; }; in a.b or 4",
    "builtins.foldl' (a: b: { x = a.x + b; }) { x = 0; } [ 1 \"2\" ]",
]  # fmt: skip


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("text", SAME)
def test_the_same(text: str, strict: bool) -> None:
    eager, lazy = evaluator(NOTHING), evaluator(EVERYTHING)
    assert shown(lazy, text, strict=strict) == shown(eager, text, strict=strict)


NOT_YET = read_ledger()
REPRESENTATIVE = [
    case
    for number, case in enumerate(load())
    if number % 20 == 0 and case.mode != "parse" and ("{" in case.expr or "let" in case.expr or case.files)
    if case.id not in NOT_YET
]


@pytest.mark.parametrize("case", REPRESENTATIVE, ids=[case.id for case in REPRESENTATIVE])
def test_as_recorded(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nixlite.analysis.policy.DEFERRAL", EVERYTHING)
    assert wrong_parts(case, run_case(case)) == ()


# -- what is deferred


def test_small_sources_have_no_pieces() -> None:
    ev = Evaluator(Settings(cwd="/base"), CapturingHost({}))
    assert ev.code_of(source("{ a = 1 + 1; }"), ()).pieces is None
    assert ev.code_of(source(PACKAGES), ()).pieces is not None


def test_only_what_is_needed_is_compiled() -> None:
    ev = Evaluator(Settings(cwd="/base"), CapturingHost({}))
    compiled = ev.code_of(source(PACKAGES), ())
    value = ev.run(compiled)
    assert type(value) is dict
    assert force(value["p7"]) == 14
    assert compiled.pieces is not None
    assert sorted(compiled.pieces.codes) == [0, 1, 2, 3, 4, 5, 6]


# -- the cache

PACKAGES = (
    "rec {\n  p0 = 7;\n"
    + "".join(f"  p{n} = p{n - 1} + (if p0 == {n} then 100 else 1);\n" for n in range(1, 7))
    + "".join(f"  p{n} = p6 + (if p0 == {n} then 1 else 2) + 0;\n" for n in range(7, 700))
    + "}\n"
)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The pieces compiled since."""
    numbers: list[int] = []
    compile_piece = Pieces.compile

    def noting(self: Pieces, number: int) -> object:
        numbers.append(number)
        return compile_piece(self, number)

    monkeypatch.setattr(Pieces, "compile", noting)
    return numbers


def values(cache: Path, *numbers: int, close: bool = True) -> list[object]:
    """The values of some of the packages, by an evaluator of their own."""
    ev = Evaluator(Settings(cwd="/base"), CapturingHost({}), Cache(str(cache)))
    found = ev.evaluate_source(source(PACKAGES))
    assert type(found) is dict
    result: list[object] = [force(found[f"p{number}"]) for number in numbers]
    if close:
        ev.close()
    return result


def pack_file(cache: Path) -> Path:
    (found,) = cache.rglob(f"*{SUFFIX}")
    return found


def test_others_find_the_pieces(tmp_path: Path, compiled: list[int]) -> None:
    assert values(tmp_path, 0, 8) == [7, 15]
    assert sorted(compiled) == [0, 1, 2, 3, 4, 5, 7]
    compiled.clear()
    assert values(tmp_path, 0, 8) == [7, 15]
    assert compiled == []


def test_what_is_missing_is_compiled_as_it_was(tmp_path: Path, compiled: list[int]) -> None:
    values(tmp_path, 0, 8)
    compiled.clear()
    assert values(tmp_path, 9, 8) == [15, 15]
    assert compiled == [8]
    compiled.clear()
    assert values(tmp_path, 0, 8, 9) == [7, 15, 15]
    assert compiled == []


@pytest.mark.parametrize("position", [0, 5, HEAD + 1, HEAD + 30, -1])
def test_a_damaged_pack(tmp_path: Path, compiled: list[int], position: int) -> None:
    values(tmp_path, 0, 8)
    path = pack_file(tmp_path)
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)
    compiled.clear()
    assert values(tmp_path, 0, 8) == [7, 15]
    assert compiled
    compiled.clear()
    assert values(tmp_path, 0, 8) == [7, 15]
    assert compiled == []


@pytest.mark.parametrize("length", [0, 3, HEAD, HEAD + 5, 400, -1])
def test_a_truncated_pack(tmp_path: Path, compiled: list[int], length: int) -> None:
    values(tmp_path, 0, 8)
    path = pack_file(tmp_path)
    path.write_bytes(path.read_bytes()[:length])
    compiled.clear()
    assert values(tmp_path, 0, 8) == [7, 15]
    assert compiled


def test_two_writers(tmp_path: Path, compiled: list[int]) -> None:
    first, second = (Evaluator(Settings(), CapturingHost({}), Cache(str(tmp_path))) for _ in range(2))
    for ev, name in ((first, "p8"), (second, "p9")):
        found = ev.evaluate_source(source(PACKAGES))
        assert type(found) is dict
        force(found[name])
    second.close()
    first.close()
    compiled.clear()
    assert values(tmp_path, 8, 9) == [15, 15]
    assert compiled == []


def test_a_cache_that_vanishes(tmp_path: Path) -> None:
    import shutil

    values(tmp_path / "cache", 8)
    ev = Evaluator(Settings(), CapturingHost({}), Cache(str(tmp_path / "cache")))
    found = ev.evaluate_source(source(PACKAGES))
    assert type(found) is dict
    shutil.rmtree(tmp_path / "cache")
    assert force(found["p9"]) == 15
    (tmp_path / "cache").write_text("no directory")
    ev.close()
    assert force(found["p10"]) == 15


def test_pieces_are_written_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nixlite.cache.pieces.SAVED_AFTER", 5)
    values(tmp_path, 8, close=False)
    assert pack_file(tmp_path).stat().st_size > 400


def test_programs_in_python_keep_them_at_their_end(tmp_path: Path, compiled: list[int]) -> None:
    class Host(CapturingHost):
        def cache_directory(self) -> str:
            return str(tmp_path / "units")

    path = tmp_path / "packages.nix"
    path.write_text(PACKAGES)
    for expected in ([7], []):
        compiled.clear()
        used = nixlite.Evaluator(host=Host({}))
        assert used.evaluate_file(path)["p8"].to_python() == 15
        assert [number for number in compiled if number >= 7] == expected
        del used
