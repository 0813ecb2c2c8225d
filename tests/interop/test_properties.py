"""What holds of any data and any value: there and back is where it was, and Python sees what JSON says."""

from __future__ import annotations

import json
import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import nixlite

EVALUATOR = nixlite.Evaluator(nixlite.Settings(), nixlite.MemoryHost())
IDENTITY = EVALUATOR.evaluate("x: x")
QUICK = settings(max_examples=120, derandomize=True)

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False)
ATOMS = st.none() | st.booleans() | NUMBERS | TEXT
DATA = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5), max_leaves=25
)
BYTES = st.binary(max_size=12).map(lambda data: data.replace(b"\0", b""))

RESERVED = {"outPath", "__toString", "__functor"}


def has_name(data: Any, names: set[str]) -> bool:
    if isinstance(data, dict):
        return bool(names & data.keys()) or any(has_name(item, names) for item in data.values())
    return isinstance(data, list) and any(has_name(item, names) for item in data)


def exact(data: Any) -> Any:
    """The data with its types: `1 == 1.0 == True` in Python."""
    if isinstance(data, dict):
        return {name: exact(item) for name, item in data.items()}
    if isinstance(data, list):
        return [exact(item) for item in data]
    return (type(data).__name__, data if data != 0 else str(data))


@QUICK
@given(DATA)
def test_there_and_back(data: Any) -> None:
    value = IDENTITY(data)
    assert exact(value.to_python(derivations="attrs")) == exact(data)
    assert value == data
    assert bool(value) == bool(data)


@QUICK
@given(BYTES)
def test_bytes_there_and_back(data: bytes) -> None:
    text = IDENTITY(data).to_python()
    assert text.encode("utf-8", "surrogateescape") == data
    assert IDENTITY(text) == data
    assert EVALUATOR.evaluate("builtins.stringLength")(data) == len(data)


@QUICK
@given(DATA)
def test_python_sees_what_json_says(data: Any) -> None:
    value = IDENTITY(data)
    assert exact(finite(value.to_python())) == exact(finite(json.loads(value.to_json())))


def finite(data: Any) -> Any:
    """The data as Nix's JSON has it: no infinities, and what is a whole number beyond 64 bits a float."""
    if isinstance(data, dict):
        return {name: finite(item) for name, item in data.items()}
    if isinstance(data, list):
        return [finite(item) for item in data]
    return None if isinstance(data, float) and math.isinf(data) else data


@QUICK
@given(DATA)
def test_nix_reads_what_python_writes(data: Any) -> None:
    """`builtins.fromJSON` of Python's JSON is the value that the data becomes."""
    if "Infinity" not in (text := json.dumps(data)):
        assert EVALUATOR.evaluate("builtins.fromJSON")(text) == data


@QUICK
@given(DATA)
def test_collections_are_as_pythons(data: Any) -> None:
    value = IDENTITY(data)
    if isinstance(data, dict):
        assert list(value) == sorted(data)
        assert all(value[name] == data[name] and name in value for name in data)
        assert value.get("no such name") is data.get("no such name")
        assert len(value.items()) == len(data)
    elif isinstance(data, list):
        assert len(value) == len(data)
        for n in range(-len(data), len(data)):
            assert value[n] == data[n]
        assert [item.to_python(derivations="attrs") for item in value[1::2]] == data[1::2]


@QUICK
@given(DATA, DATA)
def test_equality_is_as_pythons_but_for_booleans(first: Any, second: Any) -> None:
    if not has_name(first, {"type"}):  # derivations are equal if their paths are
        assert (IDENTITY(first) == second) == (tagged(first) == tagged(second))


def tagged(data: Any) -> Any:
    """The data such that no Boolean equals a number."""
    if isinstance(data, dict):
        return {name: tagged(item) for name, item in data.items()}
    if isinstance(data, list):
        return [tagged(item) for item in data]
    return ("Boolean", data) if isinstance(data, bool) else data
