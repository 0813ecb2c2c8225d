"""`elem` for derivations, which goes by their `outPath`: what it evaluates, as Nix 2.34.8 did."""

from __future__ import annotations

import pytest

from nixlite import Evaluator, MemoryHost

DERIVATIONS = """
let
  d = n: derivation { name = n; system = "s"; builder = "b"; };
  a = d "a"; b = d "b"; c = d "a";
in builtins.seq a.outPath (builtins.seq b.outPath (builtins.seq a.type (builtins.seq b.type (
"""

FAILS = None


@pytest.mark.parametrize(
    ("x", "items", "found", "traced"),
    [
        ("a", '[ b (throw "x") ]', FAILS, ""),
        ("a", '[ b a (throw "x") ]', True, ""),
        ("a", "[ b c ]", True, ""),
        ("a", '[ b (a // { type = throw "t"; }) ]', FAILS, ""),
        ("a", '[ (b // { type = "other"; }) ]', False, ""),
        ("a", '[ (b // { type = builtins.trace "asked" "derivation"; }) ]', False, "trace: asked\n"),
        (
            "a",
            '[ (b // { type = builtins.trace "asked" "derivation"; outPath = throw "o"; }) ]',
            FAILS,
            "trace: asked\n",
        ),
        ("a", "[ (b // { outPath = a.outPath; }) ]", True, ""),
        ("a", '[ (b // { outPath = "${a}"; }) { outPath = a.outPath; } ]', True, ""),
        ("a", '[ (removeAttrs b [ "outPath" ]) b "${a}" ]', False, ""),
        ('(a // { outPath = builtins.trace "mine" a.outPath; })', "[ b a ]", True, "trace: mine\n"),
        ('(a // { type = "x"; })', "[ a b ]", False, ""),
    ],
)
def test_what_it_evaluates(x: str, items: str, found: bool | None, traced: str) -> None:
    host = MemoryHost({})
    program = f"{DERIVATIONS} builtins.tryEval (builtins.elem {x} {items})))))"
    answer = Evaluator(host=host).evaluate(program).to_python()
    assert answer == {"success": found is not FAILS, "value": bool(found)}
    assert "".join(host.stderr) == traced
