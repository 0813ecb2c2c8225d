"""Programs that nest one construct, or repeat one, so and so many times; `nesting.json` has real Nix's answers.

Each is given the number of times. Run as a program, this file asks the real Nix (2.34.8) and writes the answers:
`python -m tests.programs.nesting COMMAND…`, where COMMAND runs `nix-instantiate --eval … -` with those flags.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ANSWERS = Path(__file__).with_suffix(".json")
SMALL, LARGE = 0, 1
"""Indexes into the rows of `SIZES`."""

SIZES = {"nested": (1500, 20_000), "chain": (3000, 50_000), "lazy": (3000, 60_000), "many": (1500, 20_000)}
"""How often each kind of program nests or repeats: in every run of the tests, and where all is asked for."""

LONGEST = 200
"""Characters of an answer that are kept; of a longer one its SHA-256 is."""


def nested(opening: str, middle: str, closing: str) -> Callable[[int], str]:
    return lambda n: opening * n + middle + closing * n


def repeated(template: str, before: str = "", after: str = "", joint: str = " ") -> Callable[[int], str]:
    """`{}` in *template* stands for a running number, `{+}` for the next one, `{n}` in *after* for the last."""
    return lambda n: (
        before
        + joint.join(template.replace("{+}", str(i + 1)).replace("{}", str(i)) for i in range(n))
        + after.replace("{n}", str(n))
    )


def chain(operator: str, operand: str, before: str = "", after: str = "") -> Callable[[int], str]:
    return repeated(operand, before, after, f" {operator} ")


NESTED = {
    "list": nested("[", "1", "]"),
    "list, its length": lambda n: "builtins.length " + nested("[", "1", "]")(n),
    "set": nested("{ a = ", "1", "; }"),
    "recursive set": nested("rec { a = ", "1", "; }"),
    "sets in lists": nested("[ { a = ", "1", "; } ]"),
    "parentheses": nested("(", "1", ")"),
    "condition": nested("if ", "true", " then true else false"),
    "then": nested("if true then ", "7", " else 0"),
    "else": repeated("if {} < 0 then {} else", after=" 7"),
    "body of let": repeated("let x{} = {}; in", after=" x3"),
    "let of let": repeated("let x{+} = x{} + 1; in", "let x0 = 0; in ", " x{n}"),
    "value of let": nested("let x = ", "1", "; in x"),
    "value in set in let": nested("let x = { a = ", "1", "; }; in x.a"),
    "inherit in let": nested("let inherit (", "{ a = 1; }", ") a; in { inherit a; }"),
    "inherit in set": nested("{ inherit (", "{ a = 1; }", ") a; }"),
    "body of with": repeated("with { x{} = {}; };", after=" x3"),
    "set of with": nested("with { a = ", "1", "; }; a"),
    "body of assert": nested("assert true; ", "1", ""),
    "condition of assert": nested("assert ", "true", "; true"),
    "functions": repeated("x{}:", after=" x3"),
    "functions, called": lambda n: "(" + repeated("x{}:", after=" x3)")(n) + repeated("{}", " ")(n),
    "functions, called one by one": nested("(x: ", "1", ") 1"),
    "argument": nested("(x: x) (", "1", ")"),
    "argument of a variable": lambda n: "let f = x: x + 1; in " + nested("f (", "0", ")")(n),
    "default": nested("({ a ? ", "1", " }: a) { }"),
    "default of a function": nested("{ a ? ", "1", " }: a"),
    "functions of sets": nested("{ a }: ", "1", ""),
    "functions of sets, called": lambda n: "(" + "{ a }: " * n + "a)" + " { a = 1; }" * n,
    "functions of named sets": nested("{ a, ... }@b: ", "1", ""),
    "builtin": nested("builtins.add 1 (", "0", ")"),
    "builtin that forces": nested("builtins.head [ (", "0", ") ]"),
    "toString": nested("toString (", '"a"', ")"),
    "string": nested('"${', '"a"', '}"'),
    "string with text": nested('"x${', '"a"', '}y"'),
    "indented string": nested("''${", "''a''", "}''"),
    "path": lambda n: "builtins.typeOf " + nested("/a${toString (", "1", ")}")(n),
    "selection": nested("{ a = ", "1", "; }.a"),
    "selection with default": nested("({ a = ", "1", "; }.a or 2)"),
    "default of a selection": nested("{ }.a or (", "1", ")"),
    "computed name": nested('{ a = 1; }.${builtins.head [ "a" (', "0", ") ]}"),
    "computed name in a set": nested('{ ${builtins.head [ "a" ', "0", "]} = 1; }"),
    "question": nested("(", "{ }", " ? a)"),
    "attribute path": lambda n: "{ " + ".".join(["a"] * n) + " = 1; }",
    "attribute path, selected": lambda n: f"let {'.'.join(['a'] * n)} = 1; in {'.'.join(['a'] * n)}",
    "attribute path, asked for": lambda n: "{ } ? " + ".".join(["a"] * n),
    "not": nested("!", "true", ""),
    "minus": nested("-", "1", ""),
    "left sum": nested("(", "0", " + 1)"),
    "right sum": nested("(1 + ", "0", ")"),
    "right difference": nested("(1 - ", "0", ")"),
    "right product": nested("(1 * ", "1", ")"),
    "comparison": nested("(1 < 2 && ", "true", ")"),
    "equality": nested("(1 == ", "1", ")"),
    "update": nested("({ a = 1; } // ", "{ }", ")"),
    "concatenation": nested("([ 1 ] ++ ", "[ ]", ")"),
    "sum of strings": nested('("a" + ', '"b"', ")"),
    "functor": nested("{ __functor = s: x: ", "1", "; } 1"),
    "lists, compared": lambda n: (
        f"let m = x: builtins.foldl' (a: b: [ a ]) [ x ] (builtins.genList (x: x) {n}); in m 1 == m 1"
    ),
    "lists, ordered": lambda n: (
        f"let m = x: builtins.foldl' (a: b: [ a ]) [ x ] (builtins.genList (x: x) {n}); in m 1 < m 2"
    ),
    "JSON": lambda n: f"builtins.typeOf (builtins.fromJSON ''{'[' * n}{']' * n}'')",
    "group of a regular expression": lambda n: f'builtins.length (builtins.match "{"(" * n}a{")" * n}" "a")',
}

OPERANDS = [
    ("+", "1", "", ""), ("+", '"a"', "builtins.stringLength (", ")"), ("+", "1.5", "", ""),
    ("-", "1", "", ""), ("*", "1", "", ""), ("/", "1", "", ""), ("&&", "true", "", ""), ("||", "false", "", ""),
    ("->", "true", "", ""), ("->", "false", "", ""), ("++", "[ {} ]", "builtins.length (", ")"),
    ("//", "{ a{} = 1; }", "builtins.length (builtins.attrNames (", "))"),
]  # fmt: skip

CHAINS = {
    f"{operator} {operand}": chain(operator, operand, *around) for operator, operand, *around in OPERANDS
}
CHAINS |= {
    f"{operator} f {operand}": chain(
        operator, "f 1", f"let f = x: {operand.replace('{}', '0')}; in {before}", after
    )
    for operator, operand, before, after in OPERANDS
}
CHAINS |= {
    "calls": lambda n: "let f = x: f; in builtins.typeOf (f" + " 1" * (4 * n) + ")",
    "calls with functions": lambda n: "(x: x)" + " (x: x)" * (n // 3),
    "alternatives": lambda n: f'builtins.match "({"|".join(f"a{i}" for i in range(n // 6))})" "a7"',
}


def lazy(value: str, start: str, result: str = "a{n}") -> Callable[[int], str]:
    return repeated(f"a{{+}} = {value};", f"let a0 = {start}; ", f" in {result}")


LAZY = {
    "fold": lambda n: (
        f"(builtins.foldl' (a: b: {{ v = a.v + 1; }}) {{ v = 0; }} (builtins.genList (x: x) {2 * n // 3})).v"
    ),
    "elements": lambda n: (
        "let l = builtins.genList (i: if i == 0 then 0 else builtins.elemAt l (i - 1) + 1)"
        f" {n // 8}; in builtins.elemAt l {n // 8 - 1}"
    ),
    "recursive set": repeated("a{+} = a{} + 1;", "(rec { a0 = 0; ", " }).a{n}"),
    "sums": lazy("a{} + 1", "0"),
    "differences": lazy("a{} - 1", "0"),
    "strings": lazy('"${a{}}"', '""'),
    "selections": lazy("{ x = a{}.x; }", "{ x = 1; }", "a{n}.x"),
    "conditions": lazy("if a{} then true else false", "true"),
    "negations": lazy("!a{}", "true"),
    "conjunctions": lazy("a{} && true", "true"),
    "updates": lazy("a{} // { x = 1; }", "{ }", "a{n}.x"),
    "concatenations": lazy("a{} ++ [ ]", "[ 1 ]", "builtins.length a{n}"),
    "equalities": lazy("a{} == true", "true"),
    "aliases": lazy("a{}", "builtins.length [ 1 ]"),
    "heads": lazy("builtins.head [ a{} ]", "1"),
}

MANY = {
    "functions in let": repeated("f{} = x: x;", "let ", " in f7 3"),
    "functions in a list": lambda n: f"builtins.length [ {'(x: x) ' * n}]",
    "functions in a recursive set": repeated(
        "f{} = x: f0;", "builtins.length (builtins.attrNames (rec { ", " }))"
    ),
    "formals": repeated("a{} ? {}", "({ ", " }: a7) { }", ", "),
    "formals that follow": repeated("a{+} ? a{} + 1", "({ a0 ? 0, ", " }: a{n}) { }", ", "),
    "parts of a string": lambda n: '"' + "${toString 1}" * n + '"',
    "computed names": repeated('${"a" + "{}"} = {};', "builtins.length (builtins.attrNames { ", " })"),
    "wide characters": repeated('a{} = "é";', "builtins.length (builtins.attrNames { ", " })"),
    "merged paths": repeated("a.b{}.c = {};", "builtins.length (builtins.attrNames ({ ", " }).a)"),
    "different elements": lambda n: (
        "builtins.length (builtins.foldl' (a: e: if builtins.elem e a then a else a ++ [ e ]) [ ]"
        f' (builtins.genList (x: "a${{toString x}}") {n // 8}))'
    ),
}

KINDS = {"nested": NESTED, "chain": CHAINS, "lazy": LAZY, "many": MANY}
CASES = [(kind, name) for kind, programs in KINDS.items() for name in programs]


def program(kind: str, name: str, size: int) -> str:
    return KINDS[kind][name](SIZES[kind][size])


def summary(code: int, stdout: str, stderr: str) -> list[int | str]:
    """Exit code and answer of a run; of an error its last line, without the position."""
    text = stdout.strip()
    if code:
        errors = [line.strip() for line in stderr.splitlines() if line.strip().startswith("error:")]
        text = errors[-1] if errors else stderr[-LONGEST:]
    return [code, text if len(text) <= LONGEST else hashlib.sha256(text.encode()).hexdigest()]


def key(kind: str, name: str, size: int, flags: Iterable[str]) -> str:
    return " ".join([kind, name, str(SIZES[kind][size]), *flags])


def main() -> None:
    answers = {}
    for kind, name in CASES:
        for size in (SMALL, LARGE):
            for flags in ([], ["--strict"]):
                command = [*sys.argv[1:], "nix-instantiate", "--eval", *flags, "-"]
                done = subprocess.run(
                    command, input=program(kind, name, size), capture_output=True, text=True, check=False
                )
                answers[key(kind, name, size, flags)] = summary(done.returncode, done.stdout, done.stderr)
    rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in answers.items())
    ANSWERS.write_text(f"{{\n{rows}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
