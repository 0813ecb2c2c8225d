"""Where attributes come from: definitions, layers, what is read."""

from __future__ import annotations

import pytest

from nixlite.explain.why.attribute import explain, show
from tests.explain.support import program_of

CASES = [
    # expression, path, lines of the definitions, oldest layer first
    ("{ a = 1; }", "a", [[1]]),
    ("{ a = 1; }\n// { a = 2; }", "a", [[1], [2]]),
    ("{ a = 1; }\n// { b = 2; }", "a", [[1]]),
    ("{ a = 1; }\n// { a = 2; }\n// { a = 3; }", "a", [[1], [2], [3]]),
    ("let\n x = 1;\nin { inherit x; }", "x", [[3, 2]]),
    ("let s = {\n x = 1;\n}; in { inherit (s) x; }", "x", [[3, 2]]),
    ("let s = {\n x = 1;\n}; in {\n y = s.x; }", "y", [[4, 2]]),
    ("with {\n x = 1; };\n{ y = x; }", "y", [[3, 2]]),
    ("builtins.mapAttrs (n: v:\n v + 1) {\n a = 1; }", "a", [[3], []]),
    ("builtins.listToAttrs [ { name = \"a\";\n value = 1; } ]", "a", [[2]]),
    ("removeAttrs ({ a = 1; }\n// { a = 2; }) [ \"b\" ]", "a", [[1], [2]]),
    ("let f = { v ? 1 }: {\n inherit v; }; in f {\n v = 2; }", "v", [[2, 3]]),
    ("let f = {\n v ? 1 }: {\n inherit v; }; in f { }", "v", [[3, 2]]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "lines"), CASES)
def test_definitions(text: str, path: str, lines: list[list[int]]) -> None:
    answer = explain(program_of(text).checked(), path.split("."))
    assert [[w.place[1] for w in step.written if w.place] for step in answer.steps] == lines


def test_overriding_functions_are_named() -> None:
    text = """
      let make = f: f { } // { overrideAttrs = change: make (old: f old // change (f old)); };
      in (make (_: { version = "1"; })).overrideAttrs (old: { version = old.version + "-p"; })"""
    answer = explain(program_of(text).checked(), ["version"])
    assert [step.what for step in answer.steps] == ["", "overrideAttrs"]
    assert [step.value for step in answer.steps] == ['"1"', '"1-p"']


def test_what_is_read() -> None:
    text = 'rec { v = "1"; name = "n-${v}"; url = "u/${name}/${v}"; }'
    answer = explain(program_of(text).checked(), ["url"])
    assert [read.name for read in answer.reads] == ["name"]
    assert [read.name for read in answer.reads[0].reads] == ["v"]


COMPARES = """
  let systems = rec { cpu = "x86"; bits = 64; abi = "gnu-" + toString bits; };
      same = a: b: if a == b then "" else "-" + b.cpu;
  in { p = rec { version = "1"; suffix = same systems (systems // { bits = 32; }); name = "p-${version}${suffix}"; }; }"""


def test_what_only_the_functions_that_are_called_read_is_counted() -> None:
    found = program_of(COMPARES).checked()
    suffix = explain(found, ["p", "suffix"])
    # `cpu` is part of the value's text, `bits` is written in its definition; what else `==` has seen is not
    assert [(read.name, read.value) for read in suffix.reads] == [("cpu", '"x86"'), ("bits", "32")]
    assert suffix.hidden > 0
    assert explain(found, ["p", "suffix"], everything=True).hidden == 0
    assert "inside of what is called" in show(suffix)
