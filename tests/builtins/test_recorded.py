"""Texts made at random, and what Nix 2.34.8 printed for them.

`regex.jsonl`: small regular expressions with a string to match and split; `json.jsonl` and `toml.jsonl`: texts
for `fromJSON` and `fromTOML` (with the feature `parse-toml-timestamps`), right and wrong ones.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nixlite.errors import NixError
from nixlite.formats.json.reader import Reader
from nixlite.formats.json.values import from_json
from nixlite.formats.nix.instantiated import show_shallow
from nixlite.formats.toml.reader import from_toml
from nixlite.regex.compiled import compile_regex
from nixlite.regex.engine import Matcher
from nixlite.runtime.utf8 import byte_view


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a file beside this one."""
    text = Path(__file__).with_name(name).read_text("utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def plain(pieces: list[Any]) -> list[Any]:
    """With lists for tuples."""
    return [piece if isinstance(piece, str) else list(piece) for piece in pieces]


@pytest.mark.parametrize("row", rows("regex.jsonl"), ids=lambda row: f"{row['regex']} {row['string']}")
def test_regex(row: dict[str, Any]) -> None:
    """Both ways of matching, by `re` where it is allowed and by our own matcher, agree with Nix."""
    regex, text = compile_regex(row["regex"]), row["string"]
    assert regex.match(text) == row["match"]
    assert plain(regex.split(text)) == row["split"]
    spans = Matcher(regex.program(), text, whole=True).match_at(0)
    assert (spans is not None) == (row["match"] is not None)
    assert plain(regex._split_exactly(text)) == row["split"]


def outcome(read: Any, text: str) -> tuple[str, str]:
    """("value", as it is printed) or ("error", its message without blanks at the ends of lines)."""
    try:
        return "value", show_shallow(read(text))
    except NixError as error:
        return "error", "\n".join([line.rstrip() for line in error.message.split("\n")]).strip("\n")


@pytest.mark.parametrize("row", rows("json.jsonl"), ids=lambda row: row["text"])
def test_json(row: dict[str, str]) -> None:
    """The fast reader with its fallback, and the slow one alone."""
    _, (kind, expected) = row.items()
    assert outcome(from_json, row["text"]) == (kind, expected)
    assert outcome(lambda text: Reader(byte_view(text)).read(), row["text"]) == (kind, expected)


@pytest.mark.parametrize("row", rows("toml.jsonl"), ids=lambda row: row["text"])
def test_toml(row: dict[str, str]) -> None:
    """Values and errors, all that are found in a text."""
    _, (kind, expected) = row.items()
    assert outcome(lambda text: from_toml(text, timestamps=True), row["text"]) == (kind, expected)
