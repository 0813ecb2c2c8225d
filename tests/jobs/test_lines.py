"""Which jobs are found, and what their lines say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.jobs.sets import NIX, NIX_INNER, NIX_SUFFIX, SMALL
from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path

FORMS = {"one process": [], "two": ["--workers", "2"], "started anew": ["--no-fork"]}


def jobs(folder: Path, *words: str, code: int = 0) -> dict[str, dict[str, Any]]:
    """The lines of a run by `attr`."""
    done = nixlite(["jobs", "--sorted", *words], cwd=folder)
    assert done.returncode == code, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["attrPath"] for row in rows] == sorted(row["attrPath"] for row in rows)
    return {row["attr"]: row for row in rows}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.nix").write_text(SMALL, "utf-8")
    return tmp_path


@pytest.mark.parametrize("form", FORMS)
def test_jobs_are_those_of_nix(folder: Path, form: str) -> None:
    found = jobs(folder, "small.nix", *FORMS[form])
    assert {attr: row["drvPath"] for attr, row in found.items() if "drvPath" in row} == NIX
    assert found["b"].keys() == {"attr", "attrPath", "error"}
    assert "no b" in found["b"]["error"]
    assert "\x1b" not in found["b"]["error"]


def test_all_sets_are_gone_into_on_request(folder: Path) -> None:
    found = jobs(folder, "small.nix", "--force-recurse")
    assert {attr: row["drvPath"] for attr, row in found.items() if "drvPath" in row} == NIX | NIX_INNER


def test_arguments_and_select(folder: Path) -> None:
    found = jobs(folder, "small.nix", "--argstr", "suffix", "z", "--select", "set: { inherit (set) a; }")
    assert {attr: row["drvPath"] for attr, row in found.items()} == {"a": NIX_SUFFIX}
    assert jobs(folder, "small.nix#c").keys() == {"d"}
    assert jobs(folder, "-E", "{ x }: { inherit (x) a; }", "--arg", "x", "import ./small.nix { }").keys() == {
        "a"
    }


@pytest.mark.parametrize("select", ["set: set", "set: { inherit (set) b; }"])
def test_missing_arguments_do_not_depend_on_other_jobs(tmp_path: Path, select: str) -> None:
    """`nix-instantiate -A b` of Nix 2.34.8, which evaluates nothing else, names that one."""
    body = 'derivation { name = alpha; system = "s"; builder = beta; }'
    (tmp_path / "a.nix").write_text(f"{{ alpha, beta }}: {body}", "utf-8")
    (tmp_path / "b.nix").write_text(f"{{ beta, alpha }}: {body}", "utf-8")
    (tmp_path / "default.nix").write_text("{ a = import ./a.nix { }; b = import ./b.nix { }; }", "utf-8")
    found = jobs(tmp_path, ".", "--select", select)
    assert "called without required argument 'beta'" in found["b"]["error"]


def test_fields_are_those_of_nix_eval_jobs(folder: Path) -> None:
    """README and `src/drv.cc` of nix-eval-jobs 2.33; names are sorted, there is no blank."""
    done = nixlite(["jobs", "-E", "{ inherit (import ./small.nix { }) a; }"], cwd=folder)
    assert done.stdout == (
        '{"attr":"a","attrPath":["a"],"drvPath":"/nix/store/8vf92l7v9s232gcyqhkydmgvrcanl7hj-a.drv","name":"a",'
        '"outputs":{"out":"/nix/store/rvq31qmi8x3zry4mnapqcfasvwhwzq6x-a"},"requiredSystemFeatures":[],'
        '"system":"x86_64-linux"}\n'
    )


META = """
let
  d = derivation {
    name = "d"; system = "x86_64-linux"; builder = "/bin/sh"; outputs = [ "out" "dev" ];
    requiredSystemFeatures = [ "kvm" "big-parallel" ];
  };
  e = derivation { name = "e"; system = "x86_64-linux"; builder = "/bin/sh"; dep = "${d.dev} ${d}"; };
in {
  d = d // { meta = { a = 1; b = null; c = [ "x" true ]; d = x: x; e = { f = 1.5; g = null; }; h = e; i = { }; }; };
  inherit e;
}
"""


def test_meta_inputs_and_features(tmp_path: Path) -> None:
    """Of `meta` that is left out which has a null, a function or a package in it (`checkMeta` in Nix)."""
    found = jobs(tmp_path, "--meta", "--show-input-drvs", "-E", META)
    assert found["d"]["meta"] == {"a": 1, "c": ["x", True], "i": {}}
    assert found["e"]["meta"] is None
    assert found["d"]["requiredSystemFeatures"] == ["big-parallel", "kvm"]
    assert found["e"]["inputDrvs"] == {found["d"]["drvPath"]: ["dev", "out"]}
    assert found["d"]["outputs"].keys() == {"out", "dev"}


def test_bare_lines_and_apply(tmp_path: Path) -> None:
    found = jobs(tmp_path, "--no-instantiate", "--apply", "drv: { n = drv.name; }", "-E", META)
    assert "requiredSystemFeatures" not in found["d"]
    assert found["d"]["extraValue"] == {"n": "d"}
    assert found["d"]["system"] == "x86_64-linux"
    failing = jobs(tmp_path, "--apply", "drv: 1", "-E", META)
    assert "apply needs to evaluate to an attrset" in failing["e"]["error"] or "set" in failing["e"]["error"]


def test_a_set_within_itself_ends(tmp_path: Path) -> None:
    found = jobs(
        tmp_path, "--force-recurse", "-E", f"let s = {META}; x = s // {{ again = x; y.z = x; }}; in x"
    )
    assert found.keys() == {"d", "e"}


def test_a_derivation_is_a_job_of_its_own(tmp_path: Path) -> None:
    assert jobs(tmp_path, "-E", f"({META}).e")[""]["attrPath"] == []


FLAKE = """
{
  outputs = { self }: let set = import ./small.nix { }; in {
    hydraJobs = { inherit (set) a c; };
    packages.x86_64-linux = { inherit (set) h; };
    other.x = set.f.g;
  };
}
"""


def test_flakes(folder: Path) -> None:
    (folder / "flake.nix").write_text(FLAKE, "utf-8")
    assert jobs(folder, "path:.").keys() == {"a", "c.d"}
    assert jobs(folder, "path:.#other").keys() == {"x"}
    assert jobs(folder, "--flake", "path:.", "--select", "f: f.outputs.packages.x86_64-linux").keys() == {"h"}


AGGREGATES = """
let
  d = name: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; };
  made = name: constituents: globs: d name // {
    _hydraAggregate = true; inherit constituents; _hydraGlobConstituents = globs;
  };
"""


def test_aggregates(tmp_path: Path) -> None:
    """What the tests of nix-eval-jobs hold: order of constituents, patterns, errors; aggregates come last."""
    program = """
    in rec {
      a = d "a"; b = throw "no"; direct = made "direct" [ a ] false; named = made "named" [ "a" ] false;
      glob = made "glob" [ "nam*" "x*" ] true; second = made "second" [ "named" ] false;
      missing = made "missing" [ "nothing" ] false; broken = made "broken" [ "b" ] false;
    }"""
    done = nixlite(["jobs", "--constituents", "-E", AGGREGATES + program], cwd=tmp_path)
    rows = {row["attr"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert list(rows)[-5:] == ["broken", "named", "glob", "missing", "second"]
    assert rows["direct"]["constituents"] == [rows["a"]["drvPath"]]
    assert rows["named"]["constituents"] == [rows["a"]["drvPath"]]
    assert rows["named"]["drvPath"] != rows["direct"]["drvPath"]
    assert "namedConstituents" not in rows["named"]
    assert rows["second"]["constituents"] == [rows["named"]["drvPath"]]
    assert rows["missing"]["error"] == "nothing: does not exist\n"
    assert rows["glob"]["error"] == "x*: constituent glob pattern had no matches\n"
    assert rows["broken"]["error"].startswith("b: error:")


def test_aggregates_are_the_derivations_of_nix(tmp_path: Path) -> None:
    """Nix 2.34.8 says the same of derivations that are given these inputs by `builtins.appendContext`."""
    program = (
        'in { a = d "a"; named = made "named" [ "a" ] false; second = made "second" [ "named" ] false; }'
    )
    found = jobs(tmp_path, "--constituents", "-E", AGGREGATES + program)
    assert {attr: (row["drvPath"], row["outputs"]["out"]) for attr, row in found.items()} == {
        "a": (
            "/nix/store/7g5giqf764p3y3zv7a8rqsy9sqqq5kw4-a.drv",
            "/nix/store/f37kxm5wf98b2s839zaiybv38zil0s40-a",
        ),
        "named": (
            "/nix/store/fy91yfky0lxgpyh037y8ww37gpd6cxjv-named.drv",
            "/nix/store/isnw0vd16z1r0v00zd27xbkvcsnsc0pp-named",
        ),
        "second": (
            "/nix/store/v053ljj64vaylxks4p7s31w6hq5qf9ld-second.drv",
            "/nix/store/0m24h5jbaamzb0x8x4bbgianm2iqgzsw-second",
        ),
    }


def test_aggregates_of_each_other(tmp_path: Path) -> None:
    program = 'in { x = made "x" [ "y" ] false; y = made "y" [ "x" ] false; z = made "z" [ "x" ] false; }'
    found = jobs(tmp_path, "--constituents", "-E", AGGREGATES + program)
    assert {attr: row["error"] for attr, row in found.items()} == {
        "x": "Dependency cycle: x <-> y",
        "y": "Dependency cycle: x <-> y",
        "z": "Skipping aggregate because of a dependency cycle",
    }


def test_nothing_to_be_found_is_said(tmp_path: Path) -> None:
    done = nixlite(["jobs", "-E", "{ x = 1; y = { }; }"], cwd=tmp_path)
    assert (done.stdout, done.returncode) == ("", 0)
    assert "there is no derivation in it" in done.stderr


MISTAKES = [
    ([], "there is nothing to evaluate"),
    (["a.nix", "b.nix"], "unexpected argument 'b.nix'"),
    (["--workers", "0", "a.nix"], "'--workers' takes a number from 1 on, not '0'"),
    (["--workers", "9" * 5000, "a.nix"], "'--workers' takes a number from 1 on, not '999"),
    (
        ["--cluster", "local:" + "9" * 5000, "a.nix"],
        "'--cluster local:N' takes a number of workers, not '999",
    ),
    (["--max-memory-size", "much", "a.nix"], "takes a number from 32 on, not 'much'"),
    (["--check-cache-status", "a.nix"], "asks a Nix store"),
    (
        ["--no-instantiate", "--show-input-drvs", "a.nix"],
        "--no-instantiate is incompatible with: --show-input",
    ),
    (["a.nix"], "a.nix"),
    (["hello"], "A part of a set is named with it: '<nixpkgs>#hello'"),
    (["-E", "{ a = "], "syntax error"),
    (["-E", "throw ''no''"], "no"),
    (["-E", "{ }", "--select", "x: 1"], "expected a set but found an integer"),
    (["-E", "{ }", "--store", "https://x"], "'--store' takes a directory"),
]


@pytest.mark.parametrize(("words", "message"), MISTAKES)
def test_mistakes_are_said(tmp_path: Path, words: list[str], message: str) -> None:
    done = nixlite(["jobs", *words], cwd=tmp_path)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


SHARED = """
let
  bad = check { x = 1; };
  check = { x }: if x == 1 then throw "bad" else { version = 1; };
  make = name: version: derivation { name = "${name}-${version}"; system = "s"; builder = "b"; };
  p = { inherit (bad) version; };
  q = { inherit (bad) version; };
  other = make "other" q.version;
in rec {
  a = make "a" (builtins.seq n p.version);
  b = make "b" q.version;
  c = make "c" other.name;
  n = builtins.head [ ({ x, ... }: x) ];
}
"""


@pytest.mark.parametrize("more", [[], ["--show-trace"]])
def test_the_trace_of_an_error_is_the_same_whoever_came_first(tmp_path: Path, more: list[str]) -> None:
    """What fails is remembered with the trace of who asked first, as C++ Nix does; lines do not depend on
    that."""
    (tmp_path / "set.nix").write_text(SHARED, "utf-8")
    together = jobs(tmp_path, "set.nix", *more)
    for name in "abcn":
        alone = jobs(tmp_path, "set.nix", "--select", f"set: {{ inherit (set) {name}; }}", *more)
        assert together[name]["error"] == alone[name]["error"]
    assert "set.nix:7:" in together["b"]["error"]
