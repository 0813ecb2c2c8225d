"""Programs that say one thing each about the order of names, and why; what Nix says is in answers.jsonl."""

from __future__ import annotations

from nixlite.runtime.symbols import BUILTINS, DERIVATION, FIRST
from tests.symbols.programs import Program, quoted

STRICT, PLAIN = ("--strict",), ()

CLAIMS = [
    # program (with builtins; …), flags, why
    (
        'let c1 = 1; in { d1 = throw "x"; c1 = 1; } == { d1 = 1; c1 = 2; }',
        STRICT,
        "names in the order in which they were met, whatever the set says",
    ),
    (
        'fromJSON "{\\"c1\\":2,\\"d1\\":1}" == { d1 = throw "x"; c1 = 1; }',
        STRICT,
        "what is written is met before what is read when the program runs",
    ),
    (
        '{ b = throw "b"; name = throw "name"; } == { b = 1; name = 1; }',
        STRICT,
        "names that Nix has itself come first",
    ),
    (
        '{ b = throw "b"; "" = throw "empty"; self = throw "self"; } == { b = 1; "" = 1; self = 1; }',
        STRICT,
        "the empty name is one of them",
    ),
    (
        '(a: { b = throw "b"; a = throw "a"; } == { b = 1; a = 1; }) 1',
        STRICT,
        "an argument is met after the body",
    ),
    (
        'let f = a: 1; in { b = throw "b"; a = throw "a"; } == { b = 1; a = 1; }',
        STRICT,
        "that function is over",
    ),
    (
        '({ b ? a.c, a }: { b = throw "b"; a = throw "a"; c = throw "c"; } == { b = 1; a = 1; c = 1; }) { a = 1; }',
        STRICT,
        "a formal is met after its default",
    ),
    (
        '{ b = throw "b"; ${"a" + ""} = throw "a"; } == { b = 1; ${"a" + ""} = 1; }',
        STRICT,
        "a computed name is met when it is computed",
    ),
    (
        'let s = { }.${"z" + ""} or 1; in seq s ({ ${"a" + ""} = throw "a"; ${"z" + ""} = throw "z"; } == { ${"a" + ""} = 1; ${"z" + ""} = 1; })',
        STRICT,
        "by a selection that finds nothing",
    ),
    (
        'seq (hasAttr ("z" + "") { }) (listToAttrs (map (n: { name = n; value = throw n; }) [ ("a" + "") ("z" + "") ]) == { ${"a" + ""} = 1; ${"z" + ""} = 1; })',
        STRICT,
        "by a builtin",
    ),
    (
        '{ x1 = throw "x1"; x2 = throw "x2"; } == { x1 = 1; x3 = 1; }',
        STRICT,
        "names before the one that differs are compared",
    ),
    (
        '{ x2 = throw "x2"; x3 = throw "x3"; } == { x1 = 1; x3 = 1; }',
        STRICT,
        "the first names differ",
    ),
    (
        'let s = { a = throw "a"; b = 1; }; t = { b = 2; a = 1; }; in { b = 1; a = throw "a"; } != t',
        STRICT,
        "inequality",
    ),
    (
        'elem { d = throw "d"; c = 1; } [ (let c = 1; in { c = 2; d = 1; }) ]',
        STRICT,
        "elem",
    ),
    (
        'let q = b: 1; in deepSeq { a = throw "a"; b = throw "b"; } 1',
        STRICT,
        "deepSeq",
    ),
    (
        'deepSeq (fromTOML "zeta = 1\\nalpha = 2") (mapAttrs (n: v: throw n) (fromTOML "zeta = 1\\nalpha = 2") == fromTOML "alpha = 1\\nzeta = 2")',
        STRICT,
        "TOML: the order of a hash table",
    ),
    (
        'let s = listToAttrs (genList (i: { name = "k${toString i}"; value = i; }) 40); t = fromTOML (concatStringsSep "\\n" (map (i: "t${toString i} = 1") (genList (i: i) 40))); in deepSeq (mapAttrs (n: v: throw n) t) 1',
        STRICT,
        "a large one",
    ),
    (
        'deepSeq (mapAttrs (n: v: throw n) (fromJSON "{\\"a1\\": {\\"b1\\": 1}, \\"c1\\": 2, \\"a1\\": 3}")) 1',
        STRICT,
        "JSON: as it is written",
    ),
    (
        'let s = fromJSON "{\\"k\\": {\\"u\\": 1}, \\"v\\": 2, \\"k\\": 3}"; in seq s (deepSeq { ${"v" + ""} = throw "v"; ${"u" + ""} = throw "u"; } 1)',
        STRICT,
        "also a name whose value is lost",
    ),
    (
        "({ a }: a) { a = 1; z = 1; b = 2; }",
        STRICT,
        "the unexpected argument that was met first",
    ),
    (
        "({ x, name }: 1) { }",
        STRICT,
        "the missing one",
    ),
    (
        "({ b ? 1, a, c }: c) { }",
        STRICT,
        "of those without default",
    ),
    (
        'functionArgs ({ b, a }: 1) == { a = throw "a"; b = throw "b"; }',
        STRICT,
        "functionArgs",
    ),
    (
        'tryEval (tryEval 1 == { success = throw "s"; value = throw "v"; })',
        STRICT,
        "a name that a builtin makes",
    ),
    (
        'deepSeq { ${"version" + ""} = throw "v"; ${"success" + ""} = throw "s"; } (parseDrvName "a-1")',
        STRICT,
        "not before it is called",
    ),
    (
        'seq (tryEval 1) (deepSeq { ${"version" + ""} = throw "v"; ${"success" + ""} = throw "s"; } (parseDrvName "a-1"))',
        STRICT,
        "but then",
    ),
    (
        "{ x, name, x, name }: 1",
        STRICT,
        "of two formals that are there twice",
    ),
    (
        '"${toString ({ "${"a b"}" = 1; ${"a b"} = 2; }."a b")}"',
        STRICT,
        "a name that must be quoted is quoted",
    ),
    (
        '({ ${"a" + "b"} = { c }: 1; }).ab { }',
        STRICT,
        "a function is named after a computed name",
    ),
    (
        "({ foo ? bar, bar ? 12 }: [ foo bar ]) { }",
        PLAIN,
        "a default that is a variable shares what is filled in",
    ),
    (
        "({ name ? y, y }: [ name y ]) { y = 12; }",
        PLAIN,
        "a name of Nix's own is filled in first",
    ),
    (
        "({ a ? b, b ? c, c ? 1 }: [ a b c ]) { }",
        PLAIN,
        "a chain",
    ),
    (
        "let c = 1; in ({ c ? b, b ? 2 }: [ c b ]) { }",
        PLAIN,
        "met before",
    ),
    (
        "let a = b; b = 12; in [ a b ]",
        PLAIN,
        "let",
    ),
    (
        "let b = 12; a = b; in [ a b ]",
        PLAIN,
        "let, the other way round",
    ),
    (
        "let y = 1; name = y; in [ name y ]",
        PLAIN,
        "let with a name of Nix's own",
    ),
    (
        "let f = x: x; g = f; in [ f ] == [ g ]",
        PLAIN,
        "another name of the same value",
    ),
    (
        "let g = f; f = x: x; in [ f ] == [ g ]",
        PLAIN,
        "one that had to be delayed is a copy",
    ),
    (
        "let f = x: x; in ({ a ? f }: [ a ]) { }",
        PLAIN,
        "a default that is a function's variable",
    ),
    (
        "length (genericClosure { startSet = let foo = x: x; in [ { key = [ { inherit foo; } ]; } { key = [ { inherit foo; } ]; } ]; operator = x: [ ]; })",
        PLAIN,
        "keys that share a function",
    ),
    (
        "let f = x: x; a = [ { inherit f; } ]; b = [ { inherit f; } ]; in [ (a == b) (a == b) ]",
        STRICT,
        "asked twice",
    ),
    (
        "let f = x: x; i = y: y; a = [ (i f) ]; b = [ f ]; in [ (a == b) (a == b) ]",
        STRICT,
        "a copy stays one",
    ),
    (
        "let n = 1.0e308 * 10 - 1.0e308 * 10; i = y: y; in [ ([ n ] == [ n ]) ([ (i n) ] == [ n ]) ([ n ] == [ n ]) ]",
        STRICT,
        "not-a-number",
    ),
    (
        'let s.a = { x = throw "e"; }; a = [ s.a ]; b = [ s.a ]; in [ (tryEval (seq (head a) (seq (head b) (a == b)))).success ([ s ] == [ s ]) ]',
        STRICT,
        "what two copies hold is looked at",
    ),
    (
        "let f = x: x; in seq f [ f ]",
        PLAIN,
        "a function that was asked for",
    ),
    (
        '{ "" = { c }: 1; }."" { }',
        STRICT,
        "or after the empty one",
    ),
]

UNDEFINED = [
    "{ b = u1; name = u2; }",
    "{ x ? u1, name ? u2 }: u3",
    "{ b = u1; ${u3} = u2; a.b = u4; a.meta = u5; inherit (u6) name; }",
    "rec { b = u1; name = u2; inherit u3; }",
    "let b = c; c = name; name = u1; inherit (u2) d; in u3",
    "let zz = { name = 1; }.b; in { name = u1; b.zz = u2; c = u3 + u4; }",
]
"""Which undefined variable is reported depends on it too."""


def first_names() -> str:
    """A program that prints the names that Nix has from the start in their order, then one of its own."""
    words = f"{FIRST} {BUILTINS} {DERIVATION} _type success out version all".split()
    names = ["" if word == '""' else word for word in words]
    bindings = " ".join([f"{quoted(name)} = 1;" for name in sorted(set(names), reverse=True)])
    return (
        f"let s = {{ first = 1; {bindings} }}; in "
        'builtins.deepSeq (builtins.mapAttrs (n: v: builtins.trace "-${n}-" v) s) 1'
    )


def claimed() -> list[Program]:
    """All of them."""
    made = [Program(f"with builtins; {text}", {}, flags) for text, flags, _ in CLAIMS]
    return [*made, *[Program(text, {}, ()) for text in (*UNDEFINED, first_names())]]
