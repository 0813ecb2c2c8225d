"""nixlite from Python."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

import nixlite

CONVERSIONS = [
    ("1", 1),
    ("1.5", 1.5),
    ("null", None),
    ("true", True),
    ('"a\\nb"', "a\nb"),
    ("/a/b", "/a/b"),
    ("[ 1 [ 2 ] { } ]", [1, [2], {}]),
    ("rec { a = 1; b.c = a + 1; }", {"a": 1, "b": {"c": 2}}),
    ('builtins.toFile "x" "y"', "/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-x"),
]


@pytest.mark.parametrize(("expression", "data"), CONVERSIONS, ids=[row[0] for row in CONVERSIONS])
def test_to_python(expression: str, data: object) -> None:
    assert nixlite.evaluate(expression).to_python() == data


def test_from_python() -> None:
    identity = nixlite.evaluate("x: x")
    for data in (1, -1.5, True, None, "text", [1, ["a"]], {"a": {"b": 1}}):
        assert identity(data).to_python() == data
    assert identity(PurePosixPath("/a/b")).type == "path"
    assert identity((1, 2)).to_python() == [1, 2]


def test_what_has_no_nix_value_is_refused() -> None:
    identity = nixlite.evaluate("x: x")
    with pytest.raises(TypeError, match="no Nix value for complex"):
        identity(1j)
    with pytest.raises(OverflowError):
        identity(2**63)


def test_functions_go_both_ways() -> None:
    add = nixlite.evaluate("a: b: a + b")
    assert add(1, 2).to_python() == 3
    assert add(1)(2).to_python() == 3
    double_all = nixlite.evaluate("f: builtins.map f [ 1 2 3 ]")
    assert double_all(lambda n: n.to_python() * 2).to_python() == [2, 4, 6]
    assert nixlite.evaluate("{ f = x: x + 1; }").to_python()["f"](1).to_python() == 2


def test_values_are_lazy_inside() -> None:
    value = nixlite.evaluate('{ a = 1; bad = throw "no"; list = [ 1 (throw "no") ]; }')
    assert (value["a"].to_python(), value["list"][0].to_python()) == (1, 1)
    assert (sorted(value), len(value["list"]), "bad" in value) == (["a", "bad", "list"], 2, True)
    with pytest.raises(nixlite.NixError, match="no"):
        value["bad"]
    with pytest.raises(KeyError):
        value["missing"]
    with pytest.raises(nixlite.NixError, match="expected a list but found a set"):
        value[0]


def test_values_print_and_compare() -> None:
    value = nixlite.evaluate("{ a = [ 1 (1 + 1) ]; }")
    assert str(value) == "{ a = [ 1 2 ]; }"
    assert value == nixlite.evaluate("{ a = [ 1 2 ]; }")
    assert value != nixlite.evaluate("{ a = [ 1 3 ]; }")
    assert repr(nixlite.evaluate("[ (1 + 1) ]")) == "<nixlite list: [ «thunk» ]>"
    assert [item.to_python() for item in value["a"]] == [1, 2]


def test_errors_say_where() -> None:
    with pytest.raises(nixlite.NixError) as caught:
        nixlite.evaluate("\n{ a = 1; }.b")
    error = caught.value
    assert (error.message, error.hint) == ("attribute 'b' missing", "Did you mean a?")
    assert error.position is not None
    assert (error.position.file, error.position.line, error.position.column) == ("«string»", 2, 1)


def test_errors_in_the_middle_of_converting_have_a_trace() -> None:
    value = nixlite.evaluate("{ a = { b = builtins.head [ ]; }; }")
    with pytest.raises(nixlite.NixError) as caught:
        value.to_python()
    assert caught.value.message == "'builtins.head' called on an empty list"
    assert "while calling the 'head' builtin" in [frame.text for frame in caught.value.trace or ()]


def test_endless_values_are_errors() -> None:
    with pytest.raises(nixlite.NixError, match="contains itself"):
        nixlite.evaluate("let x = { y = x; }; in x").to_python()
    with pytest.raises(nixlite.NixError, match="stack overflow; max-call-depth exceeded"):
        nixlite.evaluate("let f = n: { next = f (n + 1); }; in f 0").to_python()
    with pytest.raises(nixlite.NixError, match="stack overflow; max-call-depth exceeded"):
        nixlite.evaluate("let f = x: 1 + f x; in f")(1)


def test_an_evaluator_with_a_host_of_its_own() -> None:
    host = nixlite.MemoryHost({"/w/f.nix": "{ n }: import ./g.nix * n", "/w/g.nix": "21"})
    evaluator = nixlite.Evaluator(nixlite.Settings(cwd="/w"), host)
    assert evaluator.evaluate_file("f.nix", {"n": 2}).to_python() == 42
    assert evaluator.evaluate_file("f.nix", args={"n": 3}).to_python() == 63
    assert evaluator.evaluate("import ./g.nix").to_python() == 21
    assert evaluator.evaluate("x + y", scope={"x": 1, "y": 2}).to_python() == 3
    with pytest.raises(nixlite.NixError, match=r"path '/w/none[.]nix' does not exist"):
        evaluator.evaluate_file("none.nix")


def test_pure_evaluation() -> None:
    evaluator = nixlite.Evaluator(nixlite.Settings(pure_eval=True), nixlite.MemoryHost({"/secret": "42"}))
    with pytest.raises(nixlite.NixError, match="access to absolute path '/secret' is forbidden"):
        evaluator.evaluate("builtins.readFile /secret")


def test_importing_loads_little() -> None:
    assert not hasattr(nixlite, "nothing_of_that_name")
    assert set(nixlite.__all__) <= {*dir(nixlite), *nixlite.__all__}
