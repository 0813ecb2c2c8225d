"""Skimming: what is recognised, and that it makes no difference."""

from __future__ import annotations

from random import Random

import pytest

from nixlite.analysis.policy import Policy
from nixlite.analysis.scope import analyse
from nixlite.errors import NixError
from nixlite.source import Source
from nixlite.syntax import nodes as n
from nixlite.syntax import skim
from nixlite.syntax.nodes import Expr
from nixlite.syntax.options import ParseOptions
from nixlite.syntax.parser import parse
from nixlite.syntax.skimmed import parse_skimming, prepared
from nixlite.syntax.tokens import Tokens

OPTIONS = ParseOptions(home="/home/nix")
GLOBALS = {"builtins", "true", "null", "map"}
POLICY = Policy(source=0, value=0, members=1, large=0, huge=0)

SIMPLE = [
    # binding                                         variables        why
    ("p = callPackage ./p.nix { };", ["callPackage"], "a call"),
    ('"p" = f { a = 1; "b c".d = [ x.y z ]; };', ["f", "x", "z"], "a set with a list"),
    ("p = callPackage ({ make, q }: make { needs = [ q ]; }) { };", ["callPackage"], "a function of a set"),
    ("p = f ({ a ? b, c ? [ ], d ? e.g, ... }@args: a args h) { };", ["f", "b", "e", "h"], "defaults, @"),
    ("p = f (self: super: self.a super.b c);", ["f", "c"], "a function of two arguments"),
    ("p = f { x = (q: q) u; q = q; };", ["f", "u", "q"], "a scope ends with its parentheses"),
    ('p = a // { b = "x y = z (" + c; } ++ [ ];', ["a", "c"], "operators; strings are passed over"),
    ("p = { a = { b = { c = 1; }; }; d.e = 2; };", [], "sets in sets"),
    ('p = f (x ") a = {") "}";', ["f", "x"], "brackets in strings"),
    ("p = f a-b c' 12 ../x/y.nix;", ["f", "a-b", "c'"], "odd names, numbers and paths"),
    ("p = callPackage ./p { };", ["callPackage"], "the most frequent"),
    ("p = f ./p { } x;", ["f", "x"], "what only begins like that"),
    ('p = f "a\\n\\"b $ {" "c\\${d}$x";', ["f"], "escapes and dollars"),
    ("p = f ''\n  a b = c; ' $x \" # {\n'' d;", ["f", "d"], "indented strings"),
    ("p = f http://a.b/c?d=e [ mirror://x y ];", ["f", "y"], "URLs"),
    ("p = f { # a = b;\n /* c ''; */ a = 1; # d\n b = [ # e\n x # f\n ]; };", ["f", "x"], "remarks"),
    ("p = f { inherit a b; c = 1; inherit (d.e) g; inherit ; };", ["f", "a", "b", "d"], "inherit"),
    ("p = with a.b; c;", ["a"], "with"),
    ("p = f { l = with a; [ b c.d ]; m = c; } e;", ["f", "a", "c", "e"], "the body of a with ends"),
    ("p = f (with a; with b; g { c = d; inherit h; }) b;", ["f", "a", "b"], "in parentheses, too"),
    ("p = f (with a; g h) (q: q c) b;", ["f", "a", "c", "b"], "the body ends with its parentheses"),
    ("p = f (q: with q; g q.r) b;", ["f", "b"], "with an argument"),
    (
        "p = f withA inheritB with' a-inherit;",
        ["f", "withA", "inheritB", "with'", "a-inherit"],
        "no keywords",
    ),
]

LOOSE = [
    ("p = with a.b; c;", ["c"], "the body"),
    ("p = f { l = with a; [ b c.d ]; m = c; } e;", ["b", "c"], "until the semicolon"),
    ("p = f (with a; with b; g { c = d; inherit h; }) b;", ["b", "g", "d", "h"], "with in with"),
    ("p = f (q: with q; g q.r) b;", ["g"], "an argument is always defined"),
    ("p = f { inherit (a) b; };", [], "none"),
]

NOT_SIMPLE = [
    ("p = 1;", "no thunk is made for it"),
    ("p = [ ];", "nor for that"),
    ("p = a.b.c;", "nor much saved here"),
    ("p = (a);", "a variable in parentheses"),
    ("p = f if a then b;", "a keyword"),
    ("p = f a.if;", "a keyword in a path"),
    ("p = f { in = 1; };", "a keyword as a name"),
    ("in = f a;", "a keyword as the name"),
    ("p = f a or b;", "or"),
    ("p = f { a = 1; a = 2; };", "a name twice"),
    ("p = f { a.b = 1; a.c = 2; };", "sets that are to be merged"),
    ("p = f ({ a, a }: a);", "an argument twice"),
    ("p = f (a: b: a: c);", "an argument that hides another"),
    ('p = f "a${b}";', "interpolation"),
    ("p = f a:b;", "a URL"),
    ("p = f a/b;", "a path without a dot"),
    ("p = f ./a/;", "a trailing slash"),
    ("p = f 1.5;", "floats"),
    ("p = f 99999999999999999999;", "numbers too large"),
    ("p = f a == b;", "operators that do not associate"),
    ("p = f a ++ ;", "an operand is missing"),
    ("p = f [ a ++ b ];", "an operator in a list"),
    ("p = f { a = 1 };", "a semicolon is missing"),
    ("p = f (a;", "a parenthesis is missing"),
    ("p = f # comment\n a;", "comments"),
    ("p == f a;", "no binding"),
    ("p = rec { a = 1; };", "rec"),
    ("p = f with a; b;", "no place for with"),
    ("p = f (a with);", "nor here"),
    ("p = with a b; c;", "a call in a with"),
    ("p = with a;;", "a body is missing"),
    ("p = f { a = inherit b; };", "no place for inherit"),
    ("p = f { inherit a; a = 1; };", "a name twice, inherited"),
    ("p = f { inherit (a) b b; };", "a name twice in an inherit"),
    ("p = f { inherit a.b; };", "a path to inherit"),
    ("p = f { inherit or; };", "a keyword to inherit"),
    ("p = f a.with;", "with in a path"),
    ("p = f { a = 1; # b };", "a remark to the end"),
    ("p = f { /** c */ a = 1; };", "a documentation comment"),
    ("p = f ''a${b}'';", "interpolation in an indented string"),
    ("p = f ''a'''b'';", "escapes in one"),
    ("p = f 'a;", "half a string"),
    ("p = callPackage./p { };", "a path that begins with a name"),
    ("p = callPackage ./p/ { };", "a slash at its end"),
    ("p = if ./p { };", "a keyword that is called"),
    ("p = ''a'';", "a string"),
    ('p = "a\\n";', "a string with escapes"),
    ("p = http://a.b/c;", "a URL alone"),
    ("p = [ # a\n ];", "an empty list with a remark"),
    ("p = f { a = { b = { c = { d = { e = 1; }; }; }; }; };", "too deep"),
]


@pytest.fixture(autouse=True)
def everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short bindings of short sources are skimmed as well."""
    monkeypatch.setattr("nixlite.syntax.parser.SKIMMED_FROM", 0)
    monkeypatch.setattr(skim, "SHORTEST", 0)


def skimmed(text: str) -> list[n.Skimmed]:
    """The skimmed values of the outermost set."""
    tree = parse_skimming(Source("«stdin»", text, base="/base"), OPTIONS)
    bindings = tree.bindings.values() if isinstance(tree, n.AttrSet) else ()
    return [binding.value for binding in bindings if isinstance(binding.value, n.Skimmed)]


@pytest.mark.parametrize(("binding", "variables", "why"), SIMPLE, ids=[case[2] for case in SIMPLE])
def test_simple(binding: str, variables: list[str], why: str) -> None:
    (value,) = skimmed(f"{{ {binding} }}")
    assert list(value.names) == variables
    assert difference(f"{{ {binding} }}") is None


@pytest.mark.parametrize(("binding", "variables", "why"), LOOSE, ids=[case[2] for case in LOOSE])
def test_what_a_with_may_have(binding: str, variables: list[str], why: str) -> None:
    (value,) = skimmed(f"{{ {binding} }}")
    assert list(value.loose or ()) == variables
    assert difference(f"with f; {{ {binding} }}") is None


@pytest.mark.parametrize(("binding", "why"), NOT_SIMPLE, ids=[case[1] for case in NOT_SIMPLE])
def test_not_simple(binding: str, why: str) -> None:
    assert skimmed(f"{{ {binding} }}") == []
    assert difference(f"{{ {binding} }}") is None


# -- no difference


def plain(node: object) -> object:
    """A tree as plain data, positions included; what was skimmed is parsed."""
    if isinstance(node, n.Skimmed):
        return plain(node.tree())
    if isinstance(node, (list, tuple)):
        return [plain(item) for item in node]
    if isinstance(node, dict):
        return [(key, plain(item)) for key, item in node.items()]
    if isinstance(node, (Expr, n.Binding, n.DynamicBinding, n.Formals, n.Formal)):
        slots = [name for kind in type(node).__mro__ for name in getattr(kind, "__slots__", ())]
        return [type(node).__name__, *((name, plain(getattr(node, name))) for name in slots)]
    return node


def outcome(text: str, *, skimming: bool) -> object:
    """The tree of a text, the order of its names and what is undefined in it, or the error."""
    options = ParseOptions(home="/home/nix", skim=skimming)
    source = Source("«stdin»", text, base="/base")
    try:
        tree = parse(source, options)
        names = list(source.names)
        seen = (plain(tree), names)
        analysis = analyse(tree, source, GLOBALS, ["f", "x"], policy=POLICY)
        for piece in analysis.pieces:
            captured = set(piece.group.free)
            before = dict(analysis.variables)
            piece.tree()
            new = [analysis.variables[key] for key in analysis.variables if key not in before]
            outside = {v for v in new if getattr(v, "number", -1) >= 0 and v.number < piece.group.mark}  # type: ignore[union-attr]
            assert outside <= captured
        return seen
    except NixError as error:
        return (type(error).__name__, error.message, str(error.position))


def difference(text: str) -> str | None:
    """None when skimming makes no difference."""
    usual, other = outcome(text, skimming=False), outcome(text, skimming=True)
    return None if usual == other else f"{text!r}: {usual} / {other}"


TEXTS = [
    "let a = f 1; in { p = g a; }",
    "with { }; { p = f undefined; q = x; }",
    "{ p = f undefined; }",
    "rec { p = f q; q = x p; q.r = 1; }",
    "{ p = { a = x; }; p.b = f x; }",
    "{ p.b = f x; p = { a = x; }; }",
    "{ p = f x; p = f x; }",
    "{ inherit x; x = f 1; }",
    "let { body = f x; y = x f; }",
    "{ a, b ? f x }: { p = a b; q = b a; }",
    "with f x; p = f x; 1",
    "{ p = f x; } p = 1;",
    "{ a = { p = f x; q = f x; }; }",
    "{ /** doc */ p = f x; # comment\n q = f x; /* other */ r = f x; }",
    "{ p = f or; q = f x; }",
    "{ a = 1; } . p = f x;",
    "[ { p = f x; } ] ; p = f x; ",
    '{ "p" = f x; "q r" = f x; ${x} = f x; "s${x}" = f x; }',
    "{ p = f __curPos; q = x 1 2; }",
    "{ p = f { a = with x; undefined; }; q = f { a = with x; [ f ]; b = undefined; }; }",
    "with x; with f; { p = with x; undefined; q = { inherit undefined; }; }",
    "{ p = f { inherit undefined; }; }",
    "{ p = f { inherit (undefined) a; }; }",
    "{ p = with undefined; f; }",
    "a: b: with a; with b; { p = f (with x; g c); q = with c; with x; d; }",
    "rec { with' = f { inherit (x) p; }; p = f { inherit with'; }; }",
]


@pytest.mark.parametrize("text", TEXTS)
def test_no_difference(text: str) -> None:
    assert difference(text) is None


PARTS = [
    *"{}()[];=,:?@.'\"/+-!$&|#<>*",
    *["{ ", " }", " = ", "; ", "p = ", "a", "b", "f", "x", ".a", "1", ' "s" ', "./p", "++ ", "// ", "\n", " ", " "],
    *["{ a, b }: ", "({ a }: ", "(a: ", ")", "or ", "if ", "in ", "inherit ", "rec ", "with x; ", "a ? 1", "..."],
    *["inherit p0 ", "(x) ", "with ", "# c\n", "/** c */", "''a'' ", "http://x ", '"\\n" ', "$", "''", "; ", ";"],
    *["p = f x; ", "q = x { a = 1; }; ", "undefined", "true", '"${x}"', "''i''", "/* c */", "http:x", "1.5"],
]  # fmt: skip


def mutated(random: Random) -> str:
    """A program, more or less."""
    text = "{ " + " ".join(random.choice(SIMPLE)[0].replace("p", f"p{i}", 1) for i in range(3)) + " }"
    for _ in range(random.randint(0, 4)):
        at = random.randint(0, len(text))
        drop = random.choice((0, 0, 1, 3))
        text = text[:at] + random.choice((*PARTS, "")) + text[at + drop :]
    return random.choice(("", "", "f: x: ", "let q = f; in ", "rec ", "with f; ")) + text


@pytest.mark.parametrize("seed", range(8))
def test_mutations_make_no_difference(seed: int) -> None:
    random = Random(seed)
    differences = [difference(mutated(random)) for _ in range(60)]
    assert [found for found in differences if found] == []


def test_a_set_of_packages_is_skimmed_to_the_end() -> None:
    text = "{ callPackage }:\n{\n" + "  p = callPackage ./p { };\n" * 3 + "}\n"
    skimming, patterns = prepared()
    tokens = Tokens()
    end = skim.Skimmer(text, patterns, skimming.kind).run(tokens, text.index("{\n") + 1)
    assert end == text.rindex("\n}")
    assert tokens.kinds == [skimming.kind] * 3


def test_what_is_long_is_looked_into() -> None:
    inner = "".join(f"p{i} = callPackage ./p{i} {{ }}; " for i in range(400))
    tree = parse_skimming(Source("«stdin»", f"f: {{ all = {{ {inner} }}; }}"), OPTIONS)
    assert isinstance(tree, n.Lambda)
    assert isinstance(tree.body, n.AttrSet)
    inside = tree.body.bindings["all"].value
    assert isinstance(inside, n.AttrSet)
    assert {type(binding.value) for binding in inside.bindings.values()} == {n.Skimmed}
