"""`--profile` and Nix's `eval-profiler`: stacks of Nix functions, with the wording of Nix 2.34.8."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from nixlite.evaluator import Evaluator
from nixlite.host.memory import MemoryHost
from nixlite.host.settings import Settings
from nixlite.observe.bindings import Bindings, offset_of
from nixlite.observe.flame import short, svg
from nixlite.observe.sampling import Samples
from nixlite.observe.stacks import Stacks, nix_stacks
from nixlite.runtime.thunk import force
from nixlite.runtime.values import PrimOp
from nixlite.source import Source
from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path

    from nixlite.runtime.values import Lazy, Value


def stacks_at_sample(text: str) -> Stacks:
    """The stacks of an evaluation in which `sample x` takes one sample and is *x*."""
    evaluator = Evaluator(Settings(cwd="/"), MemoryHost())
    samples = Samples()

    def sample(x: Lazy) -> Value:
        samples.take(sys._getframe())
        return force(x)

    scope: dict[str, Lazy] = {"sample": PrimOp("sample", sample, ("x",), "")}
    force(evaluator.evaluate_source(Source("/t.nix", text, base="/"), scope))
    return nix_stacks(samples, evaluator)


def test_a_deep_recursion_is_written_in_few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The middle of its stacks is left out, and those that are then the same are one."""
    text = stacks_at_sample(
        "let f = n: if n == 0 then 0 else 1 + sample (f (n - 1)); in let g = n: f n; in g 1500"
    ).collapsed()
    lines = text.splitlines()
    assert len(lines) < 300
    assert max(map(len, lines)) < 256 * 25
    assert sum(int(line.rpartition(" ")[2]) for line in lines) == 1500
    deepest = lines[-1].rpartition(" ")[0].split(";")
    assert len(deepest) == 257
    assert deepest[0] == "/t.nix:1:80:g"
    assert deepest[64] == "…"
    monkeypatch.setattr("nixlite.observe.stacks.MOST_TEXT", 10_000)
    stacks = stacks_at_sample("let f = n: if n == 0 then 0 else 1 + sample (f (n - 1)); in f 500")
    assert len(stacks.collapsed()) < 20_000
    assert sum(int(line.rpartition(" ")[2]) for line in stacks.collapsed().splitlines()) == 500


# What a single sample says. Nix's own stacks (2.34.8, eval-profiler = flamegraph, functions that take long where
# `sample` stands) are those without `attribute`, `variable` and `thunk of`, which are ours.
SAMPLED = [
    # text                                              stack                                          why
    ("let f = x: sample x; in f 1", "/t.nix:1:25:f", "a call has the place of the call and the function's name"),
    ("(x: sample x) 1", "/t.nix:1:1", "an anonymous function has none"),
    ("let f = x: y: sample x; in f 1 2", "/t.nix:1:28:f", "one call with two arguments is one frame"),
    ("let f = { a }: sample a; in f { a = 1; }", "/t.nix:1:29:f", "… and so is one with formals"),
    ("let f = n: if n == 0 then sample n else f (n - 1); in f 2", "/t.nix:1:55:f;/t.nix:1:41:f;/t.nix:1:41:f", "recursion"),
    ("builtins.foldl' (a: b: sample b) 0 [ 1 ]", "/t.nix:1:1:primop foldl';/t.nix:1:18", "what a builtin calls has its own place"),
    ("let f = x: sample x; in builtins.head (map f [ 1 ])", "/t.nix:1:25:primop head;/t.nix:1:9:f", "a call that a builtin delayed"),
    ("let s = { __functor = self: x: sample x; }; in s 1", "/t.nix:1:48:functor;/t.nix:1:23:__functor", "functors (Nix: the place of __functor)"),
    ("sample 1", "/t.nix:1:1", "outside of functions: the place"),
    ("let v = sample 1; in v", "/t.nix:1:5:variable v", "a variable's delayed value"),
    ("{ a = sample 1; }.a", "/t.nix:1:3:attribute a", "an attribute's"),
    ("let f = x: { a = sample x; }; in (f 1).a", "/t.nix:1:14:attribute a", "… after the function that made it is over"),
    ("let f = x: g (sample x); g = y: y + 1; in f 1", "/t.nix:1:43:f;/t.nix:1:12:g;/t.nix:1:15:thunk of f", "an argument belongs to its function"),
    ("let a = { b = { c = sample 1; }; }; in a.b.c", "/t.nix:1:17:attribute c", "the innermost binding"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "stack", "why"), SAMPLED, ids=[row[2] for row in SAMPLED])
def test_one_sample(text: str, stack: str, why: str) -> None:
    assert stacks_at_sample(text).collapsed() == f"{stack} 1\n"


def test_equal_stacks_are_counted() -> None:
    stacks = stacks_at_sample("let f = x: sample x; in f 1 + f 2 + f 3")
    assert sorted(stacks.collapsed().splitlines()) == [f"/t.nix:1:{at}:f 1" for at in (25, 31, 37)]
    assert stacks_at_sample("let f = x: sample x; in builtins.deepSeq (map f [ 1 2 3 ]) 1").collapsed() == (
        "/t.nix:1:25:primop deepSeq;/t.nix:1:9:f 3\n"
    )


def test_names_cannot_break_the_format() -> None:
    assert (
        stacks_at_sample('{ "a;b\\nc" = sample 1; }."a;b\\nc"').collapsed()
        == "/t.nix:1:3:attribute a,b c 1\n"
    )


def test_places_behind_other_letters() -> None:
    source = Source("/t.nix", '"äö" +\n  "é" + x')
    for offset in range(len(source.text)):
        assert offset_of(source, *source.line_column(offset)) == offset


def test_a_source_that_is_gone_has_no_owners() -> None:
    assert Bindings(Evaluator(Settings(cwd="/"), MemoryHost())).owner(("/x.nix", 1, 1)) is None


SLOW = "let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 25"


def test_a_file_of_stacks(tmp_path: Path) -> None:
    (tmp_path / "fib.nix").write_text(SLOW)
    done = nixlite(["eval", "-f", "fib.nix", "--profile", "out", "--profile-frequency", "500"], cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "75025\n", "")
    rows = [line.rpartition(" ") for line in (tmp_path / "out").read_text().splitlines()]
    assert sum(int(count) for _, _, count in rows) >= 5
    calls = [stack for stack, _, _ in rows if stack.endswith(":fib")]
    place = f"{tmp_path}/fib.nix:1"
    assert calls
    assert all(
        stack.split(";")[0] == f"{place}:65:fib"
        and set(stack.split(";")[1:]) <= {f"{place}:35:fib", f"{place}:49:fib"}
        for stack in calls
    )


def test_nix_s_settings(tmp_path: Path) -> None:
    words = ["instantiate", "--eval", "-E", SLOW]
    options = ["--eval-profiler", "flamegraph", "--option", "eval-profiler-frequency", "500"]
    assert nixlite([*words, *options], cwd=tmp_path).stdout == "75025\n"
    assert ":fib" in (tmp_path / "nix.profile").read_text()
    nixlite([*words, *options, "--eval-profile-file", "other"], cwd=tmp_path)
    assert "«string»:1:65:fib" in (tmp_path / "other").read_text()
    wrong = nixlite(["instantiate", "--eval", "-E", "1", "--eval-profiler", "bogus"], cwd=tmp_path)
    assert wrong.stderr.startswith("error: option 'eval-profiler' has invalid value 'bogus'\n")
    warned = nixlite(["instantiate", "--eval", "-E", "1", "--option", "eval-profiler", "bogus"], cwd=tmp_path)
    assert (warned.stdout, warned.stderr) == (
        "1\n",
        "warning: option 'eval-profiler' has invalid value 'bogus'\n",
    )


def test_a_profile_that_cannot_be_written_is_noticed_first(tmp_path: Path) -> None:
    done = nixlite(["eval", "--expr", 'builtins.trace "ran" 1', "--profile", "no/where"], cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == f'error: opening file "{tmp_path}/no/where": No such file or directory\n'


def test_a_failed_evaluation_leaves_its_profile(tmp_path: Path) -> None:
    done = nixlite(
        ["eval", "--expr", f'({SLOW}) + throw "no"', "--profile", "out", "--profile-frequency", "500"],
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr.splitlines()[-1].strip()) == (1, "error: no")
    assert ":fib" in (tmp_path / "out").read_text()


def test_deep_recursion_stays_as_deep(tmp_path: Path) -> None:
    text = "let f = n: if n == 0 then 0 else 1 + f (n - 1); in builtins.foldl' (a: n: a + f 9900) 0 (builtins.genList (n: n) 20)"
    done = nixlite(["eval", "--expr", text, "--profile", "out"], cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("198000\n", "")
    done = nixlite(["eval", "--expr", "let f = n: 1 + f n; in f 0", "--profile", "out.svg"], cwd=tmp_path)
    assert "error: stack overflow; max-call-depth exceeded\n" in done.stderr


def test_the_picture(tmp_path: Path) -> None:
    stacks = Stacks()
    outer = stacks.child(0, "/a/b.nix:1:2:f")
    stacks.counts[outer] = 1
    stacks.counts[stacks.child(outer, '/a/b.nix:3:4:attribute "<&>\x01')] = 3
    space = "{http://www.w3.org/2000/svg}"
    groups = ET.fromstring(svg(stacks)).findall(f"{space}g")
    assert [group.find(f"{space}title").text for group in groups] == [  # type: ignore[union-attr]
        "all\n4 of 4 samples, 100.0 %",
        "/a/b.nix:1:2:f\n4 of 4 samples, 100.0 %",
        '/a/b.nix:3:4:attribute "<&>\ufffd\n3 of 4 samples, 75.0 %',
    ]
    assert [group.find(f"{space}rect").get("width") for group in groups] == ["1200.00", "1200.00", "900.00"]  # type: ignore[union-attr]
    assert svg(Stacks()).endswith("</svg>\n")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("/a/b.nix:1:2:f", "f  b.nix:1"),
        ("/a/b.nix:1:2", "λ  b.nix:1"),
        ("«string»:1:2:primop map", "primop map  «string»:1"),
        ("/a/b.nix:compiling", "/a/b.nix:compiling"),
        ("«none»:0", "«none»:0"),
    ],
)
def test_short_labels(name: str, label: str) -> None:
    assert short(name) == label


# -- counters

# Function calls by (line, column, name), and builtins, as `NIX_SHOW_STATS=1 NIX_COUNT_CALLS=1 nix-instantiate --eval
# --strict` of Nix 2.34.8 counts them (without those that stand for operators).
COUNTED = [
    ("map (x: x) [ 1 2 ]", {(1, 6, None): 2}, {"map": 1}),
    ("let f = x: y: x + y; in f 1 2 + f 3 4", {(1, 9, "f"): 2, (1, 12, "f"): 2}, {}),
    ("let f = x: y: x + y; g = f 1; in g 2 + g 3", {(1, 9, "f"): 1, (1, 12, "f"): 2}, {}),
    ("let p = (x: y: x) 1; in p 1 + p 2 + p 3", {(1, 10, None): 1, (1, 13, None): 3}, {}),
    ("(x: y: z: x + y + z) 1 2 3", {(1, 2, None): 1, (1, 5, None): 1, (1, 8, None): 1}, {}),
    ("let f = a: b: c: a; g = f 1; h = g 2; in h 3 + h 4 + g 5 6 + f 7 8 9", {(1, 9, "f"): 2, (1, 12, "f"): 3, (1, 15, "f"): 4}, {}),
    ("let f = { a, b ? 2 }: a + b; in f { a = 1; }", {(1, 9, "f"): 1}, {}),
    ("let s = { __functor = self: x: x + 1; }; in s 1 + s 2", {(1, 23, "__functor"): 2, (1, 29, "__functor"): 2}, {}),
    ("builtins.foldl' (a: b: a + b) 0 [ 1 2 3 ]", {(1, 18, None): 3, (1, 21, None): 3}, {"foldl'": 1}),
    ("builtins.sort (a: b: a < b) [ 3 1 2 ]", {(1, 16, None): 3, (1, 19, None): 3}, {"sort": 1}),
    ("let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 15", {(1, 11, "fib"): 1973}, {}),
    ("builtins.concatMap (x: [ x x ]) [ 1 2 3 ]", {(1, 21, None): 3}, {"concatMap": 1}),
    ("with { f = x: x + 1; }; f 1 + f 2", {(1, 12, "f"): 2}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "functions", "builtins"), COUNTED, ids=[row[0] for row in COUNTED])
def test_calls_are_counted_as_nix_does(
    tmp_path: Path, text: str, functions: dict[tuple[int, int, str | None], int], builtins: dict[str, int]
) -> None:
    done = nixlite(["instantiate", "--eval", "--strict", "-E", text, "--profile-calls"], cwd=tmp_path)
    data = json.loads(done.stderr)
    counted = {(row["line"], row["column"], row["name"]): row["count"] for row in data["functions"]}
    assert (counted, data["primops"]) == (functions, builtins)
    assert data["nrFunctionCalls"] == sum(functions.values())
    assert data["nrPrimOpCalls"] == sum(builtins.values())


def test_counters(tmp_path: Path) -> None:
    (tmp_path / "a.nix").write_text("import ./b.nix // { c = 1; }")
    (tmp_path / "b.nix").write_text("{ b = 1; } // { }")
    first, second = (
        json.loads(nixlite(["eval", "-f", "a.nix", "--stats", "--no-result-cache"], cwd=tmp_path).stderr)
        for _ in range(2)
    )
    own = first["nixlite"]
    assert own["files"] == {"number": 2, "characters": 45}
    assert (own["sources"], second["nixlite"]["sources"]) == (
        {"compiled": 2, "fromCache": 0},
        {"compiled": 0, "fromCache": 2},
    )
    assert own["updates"] == 2
    assert own["memory"]["peak"] > 5_000_000
    assert own["collections"] == {"number": first["gc"]["cycles"], "seconds": first["time"]["gc"]}
    times = own["time"]
    assert times["parse"] > 0 < times["compile"]
    assert abs(sum(times.values()) - first["cpuTime"]) < 1e-6
    assert first["time"]["cpu"] == first["cpuTime"]
    assert list(first) == sorted(first)


@pytest.mark.parametrize(
    ("variables", "shown"),
    [
        ({}, False),
        ({"NIX_SHOW_STATS": "0"}, False),
        ({"NIX_SHOW_STATS": "1"}, True),
        ({"NIX_SHOW_STATS": ""}, True),
        ({"NIX_COUNT_CALLS": "1"}, False),
    ],
)
def test_nix_s_variables(tmp_path: Path, variables: dict[str, str], shown: bool) -> None:
    done = nixlite(["eval", "--expr", "1"], cwd=tmp_path, variables=variables)
    assert (done.stdout, done.stderr.startswith("{\n")) == ("1\n", shown)


def test_counters_in_a_file(tmp_path: Path) -> None:
    words = ["eval", "--expr", "1"]
    variables = {
        "NIX_SHOW_STATS": "1",
        "NIX_COUNT_CALLS": "1",
        "NIX_SHOW_STATS_PATH": str(tmp_path / "out.json"),
    }
    assert nixlite(words, cwd=tmp_path, variables=variables).stderr == ""
    assert json.loads((tmp_path / "out.json").read_text())["functions"] == []
    variables["NIX_SHOW_STATS_PATH"] = "/no/where"  # Nix is silent, too
    assert nixlite(words, cwd=tmp_path, variables=variables).stderr == ""


def test_failing_leaves_no_counters(tmp_path: Path) -> None:
    done = nixlite(["eval", "--expr", 'throw "no"', "--stats"], cwd=tmp_path)
    assert "cpuTime" not in done.stderr
