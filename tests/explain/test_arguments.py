"""What `callPackage` would do with a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nixlite.__main__ import run
from nixlite.evaluator import Evaluator
from nixlite.explain.arguments.plan import plan_call
from nixlite.explain.arguments.text import written_call
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.source import Source
from tests.repl.test_session import replies, session_in

if TYPE_CHECKING:
    from pathlib import Path

    from nixlite.explain.arguments.plan import CallPlan

SCOPE = '{ lib = 1; zlib = throw "never evaluated"; debug = { }; }'


def plan(function: str, given: str) -> CallPlan:
    """The plan for a function in the scope above."""
    evaluator = Evaluator(Settings(), CapturingHost({}))
    value = evaluator.evaluate_source(Source("«string»", f"[ ({function}) ({SCOPE}) ({given}) ]"))
    assert type(value) is tuple
    force = evaluator.base["force"]
    return plan_call(evaluator, force(value[0]), force(value[1]), force(value[2]))


CASES = [
    # function, given, "name how", unwanted, fails, why
    ("{ lib }: 1", "{ }", ["lib automatic"], [], False, "from the set"),
    ("{ lib }: 1", "{ lib = 2; }", ["lib given"], [], False, "what is given wins"),
    ("{ opt ? 1 }: 1", "{ }", ["opt default"], [], False, "a default"),
    ("{ debug ? false }: 1", "{ }", ["debug automatic"], [], False, "the set wins over a default"),
    ("{ zlip }: 1", "{ }", ["zlip missing"], [], True, "a mistyped argument"),
    ("{ lib }: 1", "{ x = 1; }", ["lib automatic"], ["x"], True, "an argument too many"),
    ("{ lib, ... }: 1", "{ x = 1; }", ["lib automatic"], ["x"], False, "taken by the dots"),
    ("x: 1", "{ }", [], [], False, "no named arguments"),
    ("{ __functor = self: { lib }: 1; }", "{ }", ["lib automatic"], [], False, "a functor"),
    ("{ __functor = self: x: 1; __functionArgs = { lib = false; o = true; }; }", "{ }",
     ["lib automatic", "o default"], [], False, "a functor that says what it takes"),
    ('{ override = { __functor = self: x: 1; __functionArgs = { lib = false; }; }; }', "{ }",
     ["lib automatic"], [], False, "a package"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("function", "given", "arguments", "unwanted", "fails", "why"), CASES, ids=[case[-1] for case in CASES]
)
def test_plans(
    function: str, given: str, arguments: list[str], unwanted: list[str], fails: bool, why: str
) -> None:
    found = plan(function, given)
    assert [f"{argument.name} {argument.how}" for argument in found.arguments] == arguments
    assert ([one.name for one in found.unwanted], found.fails) == (unwanted, fails)


def test_details() -> None:
    found = plan("{ zlip, opt ? { a =\n 1; } }: 1", "{ op = 1; }")
    assert found.arguments[0].hint == "Did you mean one of zlib or lib?"
    assert (found.arguments[1].default, found.arguments[1].place) == ("{ a = 1; }", ("«string»", 1, 12))
    assert found.unwanted[0].hint == "Did you mean opt?"


def test_written_calls() -> None:
    found = plan("{ lib, zlib, opt ? 1 }: 1", "{ }")
    assert written_call(found, "f", "", "pkgs") == "f { inherit (pkgs) lib zlib; }"
    assert written_call(found, "f", "{ opt = 2; }", "") == "f ({ inherit lib zlib; } // { opt = 2; })"


def command(*words: str) -> tuple[int, str]:
    host = CapturingHost({})
    code = run(["args", *words], host)
    return code, "".join(host.stdout + host.stderr)


def test_command(tmp_path: Path) -> None:
    file = tmp_path / "set.nix"
    file.write_text("{\n  zlib = 1;\n}")
    (tmp_path / "f.nix").write_text("{ zlib, a ? 2 }: zlib")
    code, text = command(str(tmp_path / "f.nix"), "-f", str(file), "--given", "{ b = 1; }")
    assert code == 1
    assert text == (
        f"the function ({tmp_path}/f.nix:1:1) takes 2 arguments:\n"
        f"  zlib  automatic  from {file}, {file}:2:3\n"
        f"  a     default    2, {tmp_path}/f.nix:1:9\n"
        "  b: given, but there is no such argument. Did you mean a?\n"
        "so the call fails; what the function accepts: a, zlib\n"
    )
    assert command("--expr", "{ hello, lib }: 1")[0] == 0
    assert command("--expr", "1") == (1, "error: this is no function but an integer\n")


def test_repl(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    session.send("pkgs = { zlib = 1; }")
    assert replies(
        session, ":args { zlib }: zlib", ":callPackage ({ zlib, o ? 2 }: [ zlib o ]) { o = 3; }"
    ) == [
        "the function («string»:1:1) takes 1 argument:\n  zlib  automatic  from pkgs, «string»:1:10",
        "({ zlib, o ? 2 }: [ zlib o ]) ({ inherit (pkgs) zlib; } // { o = 3; })\n[ 1 3 ]",
    ]
    assert replies(session, ":callPackage ({ zlip }: 1)") == [
        "the function («string»:1:2) takes 1 argument:\n  zlip  missing    Did you mean zlib?"
    ]
