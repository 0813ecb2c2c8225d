"""Texts of numbers and paths; what needs a store is in the tests of derivations."""

from __future__ import annotations

import pytest

from nixlite.runtime.coerce import float_to_string
from nixlite.spelling import normalise

PATHS = [
    # path            canonical   why
    ("/a/b",          "/a/b",     "nothing to do"),
    ("/",             "/",        "the root"),
    ("",              "/",        "nothing at all"),
    ("/a/./b",        "/a/b",     "here"),
    ("/a/../b",       "/b",       "up"),
    ("/../..",        "/",        "no further up than the root"),
    ("//a///b//",     "/a/b",     "doubled and final slashes"),
    ("/a/..b/.c/d.",  "/a/..b/.c/d.", "dots that are names"),
]  # fmt: skip

FLOATS = [
    # number          text                why
    (1.0,             "1.000000",         "six decimals"),
    (-0.0,            "-0.000000",        "the sign of zero"),
    (1e20,            "100000000000000000000.000000", "no exponent"),
    (1e-7,            "0.000000",         "too small to see"),
    (float("inf"),    "inf",              "infinity"),
    (float("nan"),    "nan",              "not a number"),
    (-float("nan"),   "-nan",             "its sign"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "canonical", "why"), PATHS, ids=[row[2] for row in PATHS])
def test_normalise(path: str, canonical: str, why: str) -> None:
    assert normalise(path) == canonical


@pytest.mark.parametrize(("number", "text", "why"), FLOATS, ids=[row[2] for row in FLOATS])
def test_float(number: float, text: str, why: str) -> None:
    assert float_to_string(number) == text
