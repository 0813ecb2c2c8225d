"""Programs from texts, files and flakes; their arguments."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

import nixlite
from tests.compiler.test_lazy_pieces import EVERYTHING
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_arguments_and_scope() -> None:
    host = nixlite.MemoryHost({"/w/f.nix": "{ n ? 1 }: n", "/w/d/default.nix": "2"})
    settings = nixlite.Settings(cwd="/w")
    assert nixlite.evaluate("{ a, b ? 2 }: [ a b ]", args={"a": 1}, host=host) == [1, 2]
    assert nixlite.evaluate("{ a }: a + c", args={"a": 1}, scope={"c": 4}, host=host) == 5
    assert nixlite.evaluate("import ./f.nix { }", settings=settings, host=host) == 1
    assert nixlite.evaluate_file("f.nix", {"n": 3}, settings=settings, host=host) == 3
    assert nixlite.evaluate_file("f.nix", {}, settings=settings, host=host) == 1
    assert nixlite.evaluate_file(PurePosixPath("f.nix"), settings=settings, host=host).formals == {"n": True}
    assert nixlite.evaluate_file("d", settings=settings, host=host) == 2
    assert nixlite.evaluate_file("/w/x/../f.nix", {}, settings=settings, host=host) == 1
    assert nixlite.evaluate("x: 1", args={}, host=host) == 1
    assert nixlite.evaluate("true", scope={"true": 5}, host=host) == 5
    with pytest.raises(nixlite.NixError, match="attempt to call something which is not a function"):
        nixlite.evaluate("1", args={}, host=host)
    with pytest.raises(TypeError, match=r'no Nix value for complex, at \["c"\]'):
        nixlite.evaluate("1", scope={"c": 1j}, host=host)
    wrong: Any = b"1"
    with pytest.raises(TypeError, match="a Nix expression is a string, not bytes"):
        nixlite.evaluate(wrong)


def test_texts_are_told_apart() -> None:
    evaluator = nixlite.Evaluator(host=nixlite.MemoryHost())
    first, second = evaluator.evaluate('{ a = throw "1"; }'), evaluator.evaluate('\n{ a = throw "2"; }')
    for value, line in ((first, 1), (second, 2), (first, 1)):
        with pytest.raises(nixlite.NixError) as caught:
            value["a"]
        assert f"at «string»:{line}:7:\n" in caught.value.render()
        assert f'throw "{line}"' in caught.value.render()


FLAKE = """{
  outputs = { self }: {
    n = 1 + 1;
    packages.x86_64-linux.default = derivation { name = "x"; system = "x86_64-linux"; builder = "/bin/sh"; };
    where = self.outPath;
    impure = builtins ? currentTime;
  };
}"""


def test_flakes(tmp_path: Path) -> None:
    (tmp_path / "flake.nix").write_text(FLAKE)
    settings = nixlite.Settings(cwd=str(tmp_path), pure_eval=True)
    settings.system = "x86_64-linux"
    flake = nixlite.evaluate_flake("path:.", settings=settings)
    assert flake["n"] == 2
    assert {"inputs", "outputs", "outPath", "narHash", "n"} <= set(flake)
    assert flake["where"].to_python().startswith("/nix/store/")
    assert nixlite.evaluate_flake("path:.#n", settings=settings) == 2
    assert nixlite.evaluate_flake(f"path:{tmp_path}#impure") == False  # noqa: E712
    package = nixlite.evaluate_flake("path:.#", settings=settings)
    assert package["name"] == "x"
    assert nixlite.evaluate_flake("path:.#default", settings=settings) == package
    for reference, message in (
        ("path:.#m", "does not provide attribute"),
        ("path:./no", "does not exist|No such file"),
    ):
        with pytest.raises(nixlite.NixError, match=message):
            nixlite.evaluate_flake(reference, settings=settings)
    assert [path.name for path in tmp_path.iterdir()] == ["flake.nix"]
    impure = nixlite.Settings(cwd=str(tmp_path))
    assert nixlite.evaluate_flake("path:.#impure", settings=impure) == True  # noqa: E712


def test_flakes_in_memory() -> None:
    host = nixlite.MemoryHost({"/f/flake.nix": "{ outputs = { self }: { n = 3; }; }"})
    assert nixlite.evaluate_flake("path:/f#n", host=host) == 3
    assert nixlite.Evaluator(host=host).evaluate_flake("path:/f")["n"] == 3


CONFIGURED = {"/etc/nix/nix.conf": "eval-system = here-ours\nmax-call-depth = 40\n"}


def test_the_configuration_is_the_hosts() -> None:
    host = nixlite.MemoryHost({**CONFIGURED, "/f/flake.nix": FLAKE_OF_CALLS})
    assert nixlite.evaluate("builtins.currentSystem", host=host) == "here-ours"
    assert nixlite.evaluate("builtins.currentSystem", settings=nixlite.Settings(), host=host) != "here-ours"
    assert nixlite.evaluate_flake("path:/f#shallow", host=host) == 0
    with pytest.raises(nixlite.NixError, match="max-call-depth"):
        nixlite.evaluate_flake("path:/f#deep", host=host)
    settings = nixlite.Settings(pure_eval=True)
    assert nixlite.evaluate_flake("path:/f#deep", settings=settings, host=host) == 0


FLAKE_OF_CALLS = """{
  outputs = _: let down = n: if n == 0 then 0 else down (n - 1); in { deep = down 60; shallow = down 10; };
}"""

LARGE = "{\n" + "".join(f"  f{n} = x: {{ a = x * {n}; b = [ x {n} ]; }};\n" for n in range(40)) + "}"


@pytest.mark.parametrize("end", ["close", "with", "drop"])
def test_what_was_compiled_late_is_in_the_cache_in_the_end(tmp_path: Path, end: str) -> None:
    def kept() -> dict[str, int]:
        folder = tmp_path / "cache"
        return {path.name: path.stat().st_size for path in folder.rglob("*") if path.is_file()}

    (tmp_path / "large.nix").write_text(LARGE)
    environment = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    evaluator = nixlite.Evaluator(host=nixlite.RealHost(environment))
    evaluator.engine.policy = EVERYTHING
    found = evaluator.evaluate_file(tmp_path / "large.nix")["f7"](3)["a"].to_python()
    assert found == 21
    before = kept()
    if end == "close":
        evaluator.close()
    elif end == "with":
        with evaluator:
            assert kept() == before
    else:
        del evaluator
        gc.collect()
    assert set(before) < set(kept())


def test_what_is_said_of_a_wrong_use() -> None:
    evaluator = nixlite.Evaluator(host=nixlite.MemoryHost())
    wrong: list[tuple[Callable[[], object], str]] = [
        (
            lambda: evaluator.evaluate(PurePosixPath("/a")),  # type: ignore[arg-type] # it is wrong
            "a Nix expression is a string, not PurePosixPath; evaluate_file is for files",
        ),
        (lambda: evaluator.builtin("map", 1), "there is a builtin 'map' already"),
        (lambda: evaluator.evaluate("1"), "the evaluator is closed"),
    ]
    for use, text in wrong:
        if "closed" in text:
            evaluator.close()
        with pytest.raises((TypeError, ValueError)) as caught:
            use()
        assert str(caught.value) == text


def test_there_is_nothing_to_cancel_between_evaluations() -> None:
    evaluator = nixlite.Evaluator(host=nixlite.MemoryHost())
    assert evaluator.cancel() is False
    with pytest.raises(nixlite.Cancelled):
        evaluator.evaluate("cancel: cancel null")(lambda _: evaluator.cancel())
    assert evaluator.evaluate("1") == 1
    assert evaluator.cancel() is False


CANCELLED_AT_ONCE = """
import nixlite

evaluator = nixlite.Evaluator(nixlite.Settings(), nixlite.MemoryHost())
evaluate = evaluator.evaluate("cancel: cancel null")
try:
    print(evaluate(lambda _: evaluator.cancel()))
except nixlite.Cancelled:
    print("cancelled")
try:
    work = "builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) 50000000)"
    nixlite.evaluate(work, settings=nixlite.Settings(), limits=nixlite.Limits(seconds=0.2))
except nixlite.Exhausted:
    print("in time")
"""


@pytest.mark.parametrize("number", range(5))
def test_the_first_cancel_of_a_process_comes_to_who_is_meant(number: int) -> None:
    """The thread that looks after evaluations is started meanwhile, and took it for its own (CPython 3.11)."""
    done = subprocess.run(
        [sys.executable, "-c", CANCELLED_AT_ONCE], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("cancelled\nin time\n", "")


LATE = """
import codecs, functools, sys, threading
kept = []
from nixlite import Evaluator

def work():
    evaluator = Evaluator()
    kept.extend([evaluator, evaluator.evaluate("map (x: { a = x; }) [ (import <nixpkgs> { }).hello.name ]")])
    kept.append(kept[1][0]["a"])

work()
threading.stack_size(262144)
thread = threading.Thread(target=work)
thread.start()
thread.join()
codecs.register_error("held", functools.partial(print, list(sys.modules.values())))
"""
"""What Python itself holds, which goes after the names in modules."""


def test_what_goes_when_python_ends_goes_silently(tmp_path: Path) -> None:
    for _ in range(2):  # the second time there is a cache
        done = subprocess.run(
            [sys.executable, "-c", LATE], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)},
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
