"""Nix values in Python's hands: as mappings, sequences and functions, and as plain data."""

from __future__ import annotations

import copy
import json
import pickle
import threading
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import pytest

import nixlite

EVALUATOR = nixlite.Evaluator(nixlite.Settings(cwd="/w"), nixlite.MemoryHost({"/w/f": "text"}))
evaluate = EVALUATOR.evaluate

SET = '{ b = 1 + 1; a = "x"; list = [ 1 (1 + 1) 3 ]; bad = throw "no"; }'


def test_a_set_is_a_mapping() -> None:
    value = evaluate(SET)
    assert isinstance(value, Mapping)
    assert not isinstance(value, Sequence)
    assert (list(value), len(value)) == (["a", "b", "bad", "list"], 4)
    assert list(value.keys()) == ["a", "b", "bad", "list"]
    assert value.keys() & {"a", "z"} == {"a"}
    assert ("a" in value, "z" in value, 1 in value, None in value) == (True, False, False, False)
    assert (value["b"].to_python(), value.get("b") == 2, value.get("z"), value.get("z", 5)) == (
        2,
        True,
        None,
        5,
    )
    good = evaluate("{ y = 1; x = [ ]; }")
    assert [(name, item.to_python()) for name, item in good.items()] == [("x", []), ("y", 1)]
    assert [item.to_python() for item in good.values()] == [[], 1]
    assert {**good}["y"] == 1
    with pytest.raises(KeyError, match="z"):
        value["z"]
    with pytest.raises(nixlite.NixError, match="expected a list but found a set"):
        value[0]


def test_a_mapping_is_as_lazy_as_the_set() -> None:
    value = evaluate(SET)
    items = iter(value.items())
    assert next(items)[0] == "a"
    assert next(items)[1] == 2
    with pytest.raises(nixlite.NixError, match="no"):
        next(items)
    with pytest.raises(nixlite.NixError, match="no"):
        value.get("bad")
    assert "bad" in value.keys()  # noqa: SIM118 - it is the view that is tested


def test_a_list_is_a_sequence() -> None:
    value = evaluate('[ 1 (1 + 1) 3 2 (throw "no") ]')
    assert isinstance(value, Sequence)
    assert not isinstance(value, Mapping)
    assert (len(value), value[1].to_python(), value[-2].to_python(), value[-5].to_python()) == (5, 2, 2, 1)
    assert [item.to_python() for item in value[1:3]] == [2, 3]
    assert [item.to_python() for item in value[2::-1]] == [3, 2, 1]
    assert value[5:] == []
    assert (2 in value, value.index(2), value.index(2, 2), value.index(3, -3)) == (True, 1, 3, 2)
    assert value.index(1) == 0
    assert evaluate("[ 1 2 1.0 ]").count(1) == 2
    assert [item.to_python() for item in reversed(evaluate("[ 1 2 3 ]"))] == [3, 2, 1]
    for at in (5, -6):
        with pytest.raises(IndexError, match=f"index {at} of a list of 5"):
            value[at]
    with pytest.raises(ValueError, match=r"^the list has no such item$"):
        evaluate("[ 1 2 ]").index(2, 0, 1)
    with pytest.raises(nixlite.NixError, match="no"):
        value[4]
    with pytest.raises(nixlite.NixError, match="expected a set but found a list"):
        value["a"]
    iterator = iter(value)
    assert next(iterator) == 1


def test_what_is_neither_is_neither() -> None:
    for expression, shown in (
        ("1", "an integer"),
        ('"ab"', "a string"),
        ("x: x", "a function"),
        ("null", "null"),
    ):
        value = evaluate(expression)
        assert not isinstance(value, (Mapping, Sequence))
        for use in (len, iter, list, lambda value: "a" in value):
            with pytest.raises(nixlite.NixError, match=f"expected a set or a list but found {shown}"):
                use(value)
        for use in (lambda value: value["a"], dict, lambda value: value.keys(), lambda value: value.get("a")):
            with pytest.raises(nixlite.NixError, match=f"expected a set but found {shown}"):
                use(value)
        with pytest.raises(nixlite.NixError, match=f"expected a list but found {shown}"):
            value[0]


def test_matching() -> None:
    match evaluate('{ name = "x"; ports = [ 1 (1 + 1) ]; bad = throw "no"; }'):
        case {"name": name, "ports": [first, *others]}:
            assert (name, first, others) == ("x", 1, [2])
        case _:
            pytest.fail("a set is a mapping, a list a sequence")


EQUAL: list[tuple[str, Any, bool]] = [
    ("1", 1, True),
    ("1", 1.0, True),
    ("1.0", 1, True),
    ("1", True, False),
    ("true", True, True),
    ("true", 1, False),
    ("null", None, True),
    ("null", False, False),
    ('"a"', "a", True),
    ('"a"', b"a", True),
    ('"a"', "b", False),
    ("/a", PurePosixPath("/a"), True),
    ("/a", "/a", False),
    ("[ 1 (1 + 1) ]", [1, 2], True),
    ("[ 1 (1 + 1) ]", (1, 2), True),
    ("[ 1 2 ]", [1], False),
    ("{ a = 1 + 1; }", {"a": 2}, True),
    ("{ a = 1; }", {"a": 1, "b": 2}, False),
    ("{ }", [], False),
    ("{ a = 1; }", {"a": 1j}, False),
    ("1", {1}, False),
    ("1", 2**64, False),
    ('"a"', "a\0", False),
    ("x: x", len, False),
    ("1", 1j, False),
    ('builtins.toFile "x" "y"', "/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-x", True),
    ('{ type = "derivation"; outPath = "/x"; a = 1; }', {"type": "derivation", "outPath": "/x", "a": 2}, True),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "data", "equal"), EQUAL)
def test_equality_is_that_of_nix(expression: str, data: Any, equal: bool) -> None:
    value = evaluate(expression)
    assert (value == data) is equal
    assert (data == value) is equal
    assert (value != data) is not equal
    listed = evaluate(f"[ 5 ({expression}) ]")
    assert (data in listed) is equal
    assert listed.count(data) == int(equal)


def test_values_equal_values_and_have_no_hash() -> None:
    value = evaluate("{ a = [ 1 ]; f = x: x; }")
    assert value["a"] == nixlite.evaluate("[ (2 - 1) ]")
    assert value["a"] != nixlite.evaluate("[ 2 ]")
    assert value["f"] != evaluate("x: x")
    with pytest.raises(TypeError, match="unhashable"):
        hash(value)
    with pytest.raises(nixlite.NixError, match="no"):
        assert evaluate('[ (throw "no") ]') == [1]


TRUTH = {
    "true": True, "false": False, "null": False, "0": False, "1": True, "0.0": False, "0.5": True, '""': False,
    '"a"': True, "[ ]": False, "[ 1 ]": True, "{ }": False, "{ a = 1; }": True, "/a": True, "x: x": True,
    "builtins.map": True, "builtins.add 1": True, 'builtins.toFile "x" "y"': True,
    'builtins.substring 0 0 (builtins.toFile "x" "y")': False,
}  # fmt: skip


@pytest.mark.parametrize("expression", TRUTH)
def test_truth(expression: str) -> None:
    assert bool(evaluate(expression)) is TRUTH[expression]


PLAIN: list[tuple[str, Any]] = [
    ("[ null true 1 1.5 ]", [None, True, 1, 1.5]),
    ('"é" + "\\n"', "é\n"),
    ('builtins.substring 0 1 "é"', "\udcc3"),
    ("/a/b", "/a/b"),
    ("./f", "/w/f"),
    ("{ z = { }; a.b = [ ]; }", {"a": {"b": []}, "z": {}}),
    ('{ __toString = self: "it is ${self.x}"; x = "y"; outPath = "/no"; }', "it is y"),
    ('{ __toString = self: { outPath = "/o"; }; }', "/o"),
    ("{ outPath = 1; other = 2; }", 1),
    ("{ outPath.outPath = [ 1 ]; }", [1]),
    ('{ type = "derivation"; }', {"type": "derivation"}),
    ('[ (derivation { name = "x"; system = "s"; builder = "b"; }) ]',
     ["/nix/store/gwwjwi08fyrbrz2d8zkfvy65nzzq2czp-x"]),
    ("-5", -5),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "data"), PLAIN, ids=[row[0] for row in PLAIN])
def test_plain_data_is_what_nix_has_in_json(expression: str, data: Any) -> None:
    value = evaluate(expression)
    found = value.to_python()
    assert (found, type(found)) == (data, type(data))
    if "substring" not in expression:
        assert json.loads(value.to_json()) == data


def test_names_are_sorted() -> None:
    assert list(evaluate("{ b = 1; a = 2; B = 3; }").to_python()) == ["B", "a", "b"]


def test_all_attributes_of_derivations() -> None:
    """A derivation has itself as an attribute, several times; and those of other ones."""
    value = evaluate(
        """let
          make = name: more: derivation ({ inherit name; system = "s"; builder = "b"; } // more);
          dependency = make "dep" { };
        in { pkg = make "pkg" { outputs = [ "out" "dev" ]; inherit dependency; }; dependency = [ dependency ]; }"""
    )
    found = value.to_python(derivations="attrs")
    package, dependency = found["pkg"], found["dependency"][0]
    path = value["dependency"].to_python()[0]
    assert (package["name"], package["outputs"], package["type"]) == ("pkg", ["out", "dev"], "derivation")
    assert package["dependency"] == path
    assert package["out"] == package["outPath"] == value["pkg"].to_python()
    assert package["all"] == [package["out"], package["dev"]]
    assert package["drvAttrs"]["dependency"] == path
    assert (dependency["name"], dependency["outPath"], dependency["out"]) == ("dep", path, path)


def test_sets_that_stand_for_something_are_sets_where_all_attributes_are_wanted() -> None:
    value = evaluate('[ { outPath = "/x"; rev = 1; } { __toString = self: "x"; } ]')
    assert value.to_python() == ["/x", "x"]
    everything = value.to_python(derivations="attrs")
    assert everything[0] == {"outPath": "/x", "rev": 1}
    assert everything[1]["__toString"].type == "lambda"
    inside = evaluate('derivation { name = "x"; system = "s"; builder = "b"; args = [ ]; passthru = 1; }')
    assert evaluate("d: [ d ]")(inside).to_python(derivations="attrs")[0]["args"] == []


def test_paths_of_derivations_are_the_default() -> None:
    value = evaluate('[ { outPath = "/x"; } ]')
    assert value.to_python() == value.to_python(derivations="path") == ["/x"]


def test_depth() -> None:
    value = evaluate("{ a = { b = { c = 1; }; d = [ 2 ]; }; e = 3; f = x: x; }")
    assert value.to_python(max_depth=0) is not value
    assert value.to_python(max_depth=0)["e"] == 3
    one = value.to_python(max_depth=1)
    assert (one["e"], type(one["a"]).__mro__[1], one["a"]["d"][0]) == (3, nixlite.Value, 2)
    two = value.to_python(max_depth=2)
    assert two["a"]["b"] == {"c": 1}
    assert isinstance(two["a"]["b"], nixlite.Value)
    assert isinstance(two["a"]["d"], nixlite.Value)
    assert value.to_python(max_depth=3)["a"] == {"b": {"c": 1}, "d": [2]}
    assert evaluate("1").to_python(max_depth=0) == 1
    assert evaluate('{ p = { outPath = "/x"; }; }').to_python(max_depth=1) == {"p": "/x"}
    shared = evaluate("let s = { a = [ 1 ]; }; in { x = s; y.z = s; }").to_python(max_depth=2)
    assert isinstance(shared["x"]["a"], nixlite.Value)
    assert isinstance(shared["y"]["z"], nixlite.Value)
    with pytest.raises(ValueError, match="max_depth is a number of levels, not -1"):
        value.to_python(max_depth=-1)
    with pytest.raises(ValueError, match="derivations is 'path' or 'attrs', not 'all'"):
        value.to_python(derivations="all")


def test_what_is_shared_is_converted_once() -> None:
    """2^60 leaves, were each occurrence converted."""
    value = evaluate(
        "builtins.foldl' (inner: _: { a = [ inner ]; b = [ inner ]; }) [ 1 ] (builtins.genList (n: n) 60)"
    )
    found = value.to_python()
    assert found["a"][0] is found["b"][0]
    limited = value.to_python(max_depth=100)
    assert limited["a"][0] is limited["b"][0]
    empty = evaluate("[ [ ] [ ] { } { } ]").to_python()
    assert empty[0] is not empty[1]
    assert empty[2] is not empty[3]


def test_values_that_contain_themselves() -> None:
    for expression in (
        "let x = { y = [ x ]; }; in x",
        "let x = [ x ]; in x",
        "rec { a = b; b = { inherit a; }; }",
    ):
        with pytest.raises(nixlite.NixError) as caught:
            evaluate(expression).to_python()
        assert caught.value.message == "cannot convert a value that contains itself to Python data"
    around = evaluate('let x = { type = "derivation"; outPath = x; a = [ x ]; }; in x')
    for derivations in ("path", "attrs"):
        with pytest.raises(nixlite.NixError, match="contains itself"):
            around.to_python(derivations=derivations)
    with pytest.raises(nixlite.NixError, match="stack overflow; max-call-depth exceeded"):
        evaluate("let f = n: [ (f (n + 1)) ]; in f 0").to_python()
    settings = nixlite.Settings()
    settings.max_call_depth = 3
    shallow = nixlite.Evaluator(settings, nixlite.MemoryHost())
    assert shallow.evaluate("[ [ [ 1 ] ] ]").to_python() == [[[1]]]
    with pytest.raises(nixlite.NixError, match="stack overflow; max-call-depth exceeded"):
        shallow.evaluate("[ [ [ [ 1 ] ] ] ]").to_python()


def test_json() -> None:
    value = evaluate('{ b = ./f; a = [ 1 "x" ]; }')
    assert value.to_json() == '{"a":[1,"x"],"b":"/w/f"}'
    assert value.to_json(indent=2) == '{\n  "a": [\n    1,\n    "x"\n  ],\n  "b": "/w/f"\n}'
    stored = value.to_json(copy_to_store=True)
    assert stored == evaluate("builtins.toJSON")(value).to_python()
    assert "/nix/store/" in stored
    with pytest.raises(nixlite.NixError, match="cannot convert a function to JSON"):
        evaluate("{ f = x: x; }").to_json()


def test_formals() -> None:
    assert evaluate("{ a, b ? 1, ... }: a").formals == {"a": False, "b": True}
    assert evaluate("{ }: 1").formals == {}
    assert evaluate("x: x").formals is None
    assert evaluate("builtins.map").formals is None
    assert evaluate("builtins.add 1").formals is None
    assert evaluate("{ __functor = self: { a }: a; }").formals == {"a": False}
    for expression, shown in (("1", "an integer"), ("{ }", "a set")):
        with pytest.raises(nixlite.NixError, match=f"expected a function but found {shown}"):
            _ = evaluate(expression).formals


def test_calls() -> None:
    area = evaluate("{ width, height ? width }: width * height")
    assert area(width=3) == 9
    assert area({"width": 3, "height": 2}) == 6
    assert area(width=evaluate("1 + 1"), height=5) == 10
    assert evaluate("a: { b }: c: a + b")(1, b=2)(3) == 3
    assert evaluate("a: b: c: [ a b c ]")(1, 2, 3) == [1, 2, 3]
    assert evaluate("{ a ? 1 }: a")() == 1
    assert evaluate("{ __functor = self: x: self.n + x; n = 1; }")(2) == 3
    assert evaluate("builtins.add")(1, 2) == 3
    assert evaluate("x: 1")(evaluate("{ }")) == 1
    with pytest.raises(nixlite.NixError, match="called without required argument 'width'"):
        area()
    with pytest.raises(nixlite.NixError, match="called with unexpected argument 'depth'"):
        area(width=1, depth=2)
    with pytest.raises(nixlite.NixError, match=r"^the function takes an argument, and got none$"):
        evaluate("x: x")()
    with pytest.raises(nixlite.NixError, match="expected a function but found an integer"):
        evaluate("1")()
    with pytest.raises(
        nixlite.NixError, match="attempt to call something which is not a function but an integer"
    ):
        evaluate("1")(2)
    with pytest.raises(TypeError, match=r'no Nix value for complex, at \["x"\]'):
        evaluate("{ x }: x")(x=1j)


def test_how_a_value_looks() -> None:
    assert repr(evaluate("1 + 1")) == "<nixlite int: 2>"
    value = evaluate('{ a = [ 1 (1 + 1) ]; f = x: x; t = throw "no"; }')
    assert repr(value).startswith("<nixlite set: { a = «thunk»; f = «")
    many = repr(evaluate("builtins.genList (n: n) 1000"))
    assert "elided" in many
    assert len(many) < 300
    assert len(repr(evaluate('builtins.concatStringsSep "" (builtins.genList (_: "abc") 1000)'))) < 300
    assert str(evaluate('{ a = 1 + 1; f = [ "x" ]; }')) == '{ a = 2; f = [ "x" ]; }'


def test_values_are_copied_by_name_and_not_pickled() -> None:
    value = evaluate("{ a = [ 1 ]; }")
    assert copy.copy(value) is value
    assert copy.deepcopy([value])[0] is value
    for item in (value, value["a"], evaluate("1"), evaluate("x: x")):
        with pytest.raises(TypeError, match=r"a Nix value cannot be pickled, .*: pickle its to_python\(\)$"):
            pickle.dumps(item)
    data = value.to_python()
    assert pickle.loads(pickle.dumps(data)) == data


def test_derivations() -> None:
    assert evaluate('derivation { name = "x"; system = "s"; builder = "b"; }').is_derivation is True
    for expression in ("{ }", "1", "[ ]", '{ type = "other"; }', "x: x", '"derivation"'):
        assert evaluate(expression).is_derivation is False
    with pytest.raises(nixlite.NixError, match="no"):
        _ = evaluate('{ type = throw "no"; }').is_derivation


def test_an_error_tells_which_attributes_lead_to_it() -> None:
    with pytest.raises(nixlite.NixError) as caught:
        nixlite.evaluate('{ a = { b = [ (throw "x") ]; }; }').to_python()
    assert [frame.text for frame in caught.value.trace or ()][:2] == [
        "while evaluating attribute 'a'",
        "while evaluating attribute 'b'",
    ]


def test_only_in_derivations_do_derivations_become_paths() -> None:
    """Where their attributes are wanted; what a fetcher gives has an `outPath` and is none."""
    package = '{ type = "derivation"; name = "n"; outPath = "/y"; }'
    outside = nixlite.evaluate(f'{{ outPath = "/x"; pkg = {package}; }}')
    assert outside.to_python(derivations="attrs") == {
        "outPath": "/x",
        "pkg": {"type": "derivation", "name": "n", "outPath": "/y"},
    }
    inside = nixlite.evaluate(f'{{ type = "derivation"; outPath = "/x"; pkg = {package}; }}')
    assert inside.to_python(derivations="attrs") == {"type": "derivation", "outPath": "/x", "pkg": "/y"}


def test_threads_with_a_small_stack_get_the_same() -> None:
    found: list[object] = []

    def work() -> None:
        value = nixlite.evaluate("{ a = [ 1 (2 + 3) ]; }")
        found.extend([value.to_python(), value["a"][1], len(value)])

    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=work)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    assert found == [{"a": [1, 5]}, 5, 1]
