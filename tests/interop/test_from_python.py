"""Python data as Nix values: every kind of object, and what is said of those that have no Nix value."""

from __future__ import annotations

import array
import ast
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import io
import json
import pathlib
import types
import uuid
from typing import Any, NamedTuple

import pytest

import nixlite

EVALUATOR = nixlite.Evaluator(nixlite.Settings(cwd="/w"), nixlite.MemoryHost())
IDENTITY = EVALUATOR.evaluate("x: x")


class Level(enum.StrEnum):
    LOW = "low"


class Mixed(str, enum.Enum):  # noqa: UP042 - what older programs have
    HIGH = "high"


class Number(enum.IntEnum):
    TWO = 2


class Plain(enum.Enum):
    PAIR = (1, "b")


class Text(str):
    """Its `str()` is not what it is."""

    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


class Whole(int):
    def __index__(self) -> int:
        return 99

    def __int__(self) -> int:
        return 99


class Real(float):
    def __float__(self) -> float:
        return 99.0


class Index:
    """As NumPy's integers."""

    def __index__(self) -> int:
        return 7


class Point(NamedTuple):
    x: int
    y: int


@dataclasses.dataclass
class Server:
    name: str
    ports: list[int] = dataclasses.field(default_factory=list)
    count: Any = dataclasses.field(default=0, init=False)


class Lines(collections.UserList[str]):
    pass


DATA: list[tuple[str, Any, str]] = [
    ("None", None, "null"),
    ("true", True, "true"),
    ("false", False, "false"),
    ("integer", 3, "3"),
    ("least integer", -(2**63), "(-9223372036854775807 - 1)"),
    ("largest integer", 2**63 - 1, "9223372036854775807"),
    ("float", 0.5, "0.5"),
    ("float that is whole", 2.0, "2.0"),
    ("string", "a\n\"${b}'", '"a\\n\\"\\${b}\'"'),
    ("string beyond ASCII", "é∀😀", '"é∀😀"'),
    ("bytes", b"ab", '"ab"'),
    ("bytes that are UTF-8", "é".encode(), '"é"'),
    ("bytearray", bytearray(b"ab"), '"ab"'),
    ("memoryview", memoryview(b"ab"), '"ab"'),
    ("string of escaped bytes that are UTF-8", "\udcc3\udca9", '"é"'),
    ("StrEnum", Level.LOW, '"low"'),
    ("str and Enum", Mixed.HIGH, '"high"'),
    ("IntEnum", Number.TWO, "2"),
    ("Enum", Plain.PAIR, '[ 1 "b" ]'),
    ("subclass of str", Text("real"), '"real"'),
    ("subclass of int", Whole(5), "5"),
    ("subclass of float", Real(0.5), "0.5"),
    ("__index__", Index(), "7"),
    ("list", [1, [2], []], "[ 1 [ 2 ] [ ] ]"),
    ("tuple", (1, ()), "[ 1 [ ] ]"),
    ("range", range(2, 5), "[ 2 3 4 ]"),
    ("deque", collections.deque([1]), "[ 1 ]"),
    ("UserList", Lines(["a"]), '[ "a" ]'),
    ("dictionary", {"a": 1, "b": {"c": None}}, "{ a = 1; b.c = null; }"),
    ("dictionary without anything", {}, "{ }"),
    ("strange names", {"": 1, "a b": 2, "é": 3}, '{ "" = 1; "a b" = 2; "é" = 3; }'),
    ("names of a StrEnum", {Level.LOW: 1, Text("t"): 2}, "{ low = 1; t = 2; }"),
    ("OrderedDict", collections.OrderedDict(b=1, a=2), "{ a = 2; b = 1; }"),
    ("mapping proxy", types.MappingProxyType({"a": 1}), "{ a = 1; }"),
    ("ChainMap", collections.ChainMap({"a": 1}, {"a": 2, "b": 3}), "{ a = 1; b = 3; }"),
    ("named tuple", Point(1, 2), "{ x = 1; y = 2; }"),
    ("dataclass", Server("a", [80]), '{ name = "a"; ports = [ 80 ]; count = 0; }'),
    ("path", pathlib.PurePosixPath("/a/../b"), "/b"),
    ("relative path", pathlib.PurePosixPath("x/y"), "/w/x/y"),
    ("value", EVALUATOR.evaluate("1 + 1"), "2"),
    ("value of another evaluator", nixlite.evaluate("{ b = 1; a = x: x; }")["b"], "1"),
    ("array", array.array("i", [1, 2]), "[ 1 2 ]"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expression"), [row[1:] for row in DATA], ids=[row[0] for row in DATA])
def test_what_becomes_of_data(data: Any, expression: str) -> None:
    if isinstance(data, array.array) and not isinstance(data, collections.abc.Sequence):
        pytest.skip("an array is a sequence since Python 3.12")
    expected = EVALUATOR.evaluate(expression)
    found = IDENTITY(data)
    assert (found.type, str(found)) == (expected.type, str(expected))
    assert found == expected
    inside = IDENTITY({"some": [{"thing": data}]})["some"][0]["thing"]
    assert (inside.type, str(inside)) == (expected.type, str(expected))


def test_numbers_and_strings_that_no_literal_gives() -> None:
    assert IDENTITY(float("inf")).to_python() == float("inf")
    assert str(IDENTITY([float("-inf"), float("nan")])) == "[ -inf nan ]"
    assert IDENTITY(b"\xff\x00"[:1]).to_python() == "\udcff"
    assert EVALUATOR.evaluate("builtins.stringLength")("\udcff").to_python() == 1


REFUSED: list[tuple[str, Any, type[Exception], str]] = [
    ("complex", 1j, TypeError, "no Nix value for complex"),
    ("object", object(), TypeError, "no Nix value for object"),
    ("set", {1}, TypeError, "no Nix value for set: it has no order, sorted(…) makes a list of it"),
    ("frozenset", frozenset(), TypeError, "no Nix value for frozenset: it has no order, sorted(…) makes a list of it"),
    ("keys", {}.keys(), TypeError, "no Nix value for dict_keys: list(…) makes a list of it"),
    ("values", {}.values(), TypeError, "no Nix value for dict_values: list(…) makes a list of it"),
    ("iterator", iter([1]), TypeError, "no Nix value for list_iterator: list(…) makes a list of it"),
    ("generator", (n for n in [1]), TypeError, "no Nix value for generator: list(…) makes a list of it"),
    ("Decimal", decimal.Decimal(1), TypeError, "no Nix value for decimal.Decimal: float(…) or str(…) of it has one"),
    ("Fraction", fractions.Fraction(1, 2), TypeError, "no Nix value for fractions.Fraction: float(…) or str(…) of it has one"),
    ("date", dt.date(2020, 1, 1), TypeError, "no Nix value for datetime.date: .isoformat() of it has one"),
    ("datetime", dt.datetime(2020, 1, 1, tzinfo=dt.UTC), TypeError, "no Nix value for datetime.datetime: .isoformat() of it has one"),
    ("time", dt.time(1), TypeError, "no Nix value for datetime.time: .isoformat() of it has one"),
    ("timedelta", dt.timedelta(1), TypeError, "no Nix value for datetime.timedelta: .total_seconds() of it has one"),
    ("UUID", uuid.UUID(int=0), TypeError, "no Nix value for uuid.UUID: str(…) of it has one"),
    ("class with tolist", types.SimpleNamespace(tolist=list), TypeError, "no Nix value for types.SimpleNamespace: .tolist() makes a list of it"),
    ("file", io.StringIO(), TypeError, "no Nix value for _io.StringIO: list(…) makes a list of it"),
    ("one more than the largest integer", 2**63, OverflowError, "9223372036854775808 does not fit into a Nix integer, which has 64 bits"),
    ("one less than the least integer", -(2**63) - 1, OverflowError, "-9223372036854775809 does not fit into a Nix integer, which has 64 bits"),
    ("an integer that is not even shown", -(2**99999), OverflowError, "-0x… does not fit into a Nix integer, which has 64 bits"),
    ("NUL", "a\0", ValueError, "no Nix string can have a NUL character"),
    ("NUL as a byte", b"\0", ValueError, "no Nix string can have a NUL character"),
    ("half of a pair", "é\ud800", ValueError, "no Nix string can have U+D800, half a surrogate pair"),
    ("key that is a number", {1: 2}, TypeError, "the keys of dict have to be strings: 1 is int"),
    ("key that is nothing", {None: 2}, TypeError, "the keys of dict have to be strings: None is NoneType"),
    ("NUL in a key", {"\0": 2}, ValueError, "no Nix string can have a NUL character"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "kind", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_is_refused_and_where(data: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        IDENTITY(data)
    assert (type(caught.value), str(caught.value)) == (kind, message)
    with pytest.raises(kind) as caught:
        IDENTITY({"x": 1, 'a"b': [0, (1, {"é\n": data}), 2]})
    head, colon, hint = message.partition(": ")
    expected = f'{head}, at ["a\\"b"][1][1][\'é\\n\']{colon}{hint}'
    if head.startswith("the keys"):
        expected = f'{message}, at ["a\\"b"][1][1][\'é\\n\']'
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("key", "shown"),
    [("a\\b", '"a\\\\b"'), ('"', '"\\""'), ("é", '"é"'), ("\n", "'\\n'"), ('\\"', '"\\\\\\""')],
)
def test_places_are_written_as_in_python(key: str, shown: str) -> None:
    with pytest.raises(TypeError) as caught:
        IDENTITY({key: [1j]})
    assert str(caught.value) == f"no Nix value for complex, at [{shown}][0]"
    assert ast.literal_eval(shown) == key


def test_the_place_is_that_of_the_object_and_no_longer_one_that_was_left() -> None:
    with pytest.raises(TypeError, match=r"no Nix value for complex, at \[\"b\"\]$"):
        IDENTITY({"a": [[1], {"x": 2}], "b": 1j})
    with pytest.raises(TypeError, match=r"no Nix value for complex, at \[2\]$"):
        IDENTITY([[[1]], Point(1, 2), 1j])
    server = Server("a")
    server.count = 1j
    with pytest.raises(TypeError, match=r'no Nix value for complex, at \["count"\]$'):
        IDENTITY(server)


def test_what_contains_itself() -> None:
    around: list[Any] = []
    around.append({"in": around})
    with pytest.raises(ValueError, match=r'no Nix value for list that contains itself, at \[0\]\["in"\]$'):
        IDENTITY(around)
    names: dict[str, Any] = {}
    names["x"] = (names,)
    with pytest.raises(ValueError, match=r'no Nix value for dict that contains itself, at \["x"\]\[0\]$'):
        IDENTITY(names)


def test_what_occurs_twice_is_converted_once() -> None:
    """2^60 leaves, were each occurrence converted."""
    shared: Any = [1]
    for _ in range(30):
        shared = {"a": [shared], "b": [shared]}
    value = IDENTITY(shared)
    assert value.nix["a"] is not value.nix["b"]
    assert value.nix["a"][0] is value.nix["b"][0]
    again = [1]
    assert IDENTITY([again, again]).to_python() == [[1], [1]]


class Made(collections.UserDict[str, Any]):
    """Its items are made when they are asked for, and may have the identities of those before."""

    def __getitem__(self, key: str) -> Any:
        return [int(key)]


def test_what_is_made_on_the_way_is_not_taken_for_something_else() -> None:
    names = {str(n): None for n in range(200)}
    assert IDENTITY(Made(names)).to_python() == {name: [int(name)] for name in names}


def test_what_is_nested_deeply() -> None:
    deep: Any = []
    for _ in range(9_990):
        deep = [deep]
    assert IDENTITY(deep).to_json() == "[" * 9_991 + "]" * 9_991
    for _ in range(20):
        deep = {"a": deep}
    with pytest.raises(
        ValueError, match=r'no Nix value for data nested deeper than 10000, at (\["a"\]){8}…$'
    ):
        IDENTITY(deep)
    settings = nixlite.Settings()
    settings.max_call_depth = 3
    identity = nixlite.Evaluator(settings, nixlite.MemoryHost()).evaluate("x: x")
    assert identity([[[1]]])[0][0][0] == 1
    with pytest.raises(ValueError, match="nested deeper than 3"):
        identity([[[[1]]]])


def test_names_are_numbered_as_they_are_met() -> None:
    """As when Nix makes names while a program runs: of two failing attributes the earlier one's error comes."""
    fails = "f: builtins.deepSeq (builtins.mapAttrs (n: _: throw n) f) null"
    for names in (["zz1", "aa1"], ["aa2", "zz2"]):
        with pytest.raises(nixlite.NixError, match=names[0]):
            nixlite.Evaluator(host=nixlite.MemoryHost()).evaluate(fails)(dict.fromkeys(names))
    data = [{"zz3": 1}, {"aa3": 1, "zz3": 1}]
    second = f"data: ({fails}) (builtins.elemAt data 1)"
    with pytest.raises(nixlite.NixError, match="zz3"):
        nixlite.Evaluator(host=nixlite.MemoryHost()).evaluate(second)(data)
    read = f"text: ({second}) (builtins.fromJSON text)"
    with pytest.raises(nixlite.NixError, match="zz3"):  # as where Nix makes the names
        nixlite.Evaluator(host=nixlite.MemoryHost()).evaluate(read)(json.dumps(data))


def test_an_object_whose_items_fail_raises_what_it_raises() -> None:
    class Failing(collections.UserDict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            raise LookupError("its own")

    with pytest.raises(LookupError, match="its own"):
        IDENTITY(Failing(a=1))


def test_callables_become_functions() -> None:
    class Doubler:
        def __call__(self, x: int) -> int:
            return 2 * x

    for data in (len, str.upper, Doubler(), lambda x: x, Text):
        assert IDENTITY(data).type == "lambda"
    assert IDENTITY(Doubler())(4).to_python() == 8
    with pytest.raises(TypeError, match=r'takes no argument, but a Nix function takes one.*, at \["f"\]$'):
        IDENTITY({"f": lambda: 1})
