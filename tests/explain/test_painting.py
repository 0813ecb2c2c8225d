"""The answer of `nixlite stale` in the colours of a terminal: the same text, as wide as before."""

from __future__ import annotations

import re

from nixlite.colours import BOLD, CYAN, GREEN, NORMAL, RED
from nixlite.explain.stale.painting import painted

TEXT = """\
Only `version` changed.
  `rev` is behind.
    1. a step

  version  "1" → "2"

Do this: write

    o.src.override {
      rev = "2";
    }

  (A hint.)
  ✓ evaluated
      → more of it
  ✗ it fails
"""


def test_it_is_the_same_text() -> None:
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted(TEXT)) == TEXT


def test_what_has_a_colour() -> None:
    lines = painted(TEXT).split("\n")
    assert lines[0] == f"{BOLD}Only `version` changed.{NORMAL}"
    assert lines[1:5] == TEXT.split("\n")[1:5]
    assert lines[6] == f"{BOLD}Do this: write{NORMAL}"
    assert lines[9] == f'      {CYAN}rev = "2";{NORMAL}'
    assert lines[12:] == [
        "  (A hint.)",
        f"  {GREEN}✓{NORMAL} evaluated",
        "      → more of it",
        f"  {RED}✗{NORMAL} it fails",
        "",
    ]
