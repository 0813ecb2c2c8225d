"""The ledger: the cases that are not yet right, which parts of them, and why.

`ledger.toml` has a table for each category and a line for each case:

    [files]
    files-017 = { wrong = ["answer"], why = "…" }
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import NamedTuple

LEDGER = Path(__file__).with_name("ledger.toml")
UNEXPLAINED = "not looked into yet"

HEADER = """\
# The oracle cases that nixlite does not yet answer as Nix 2.34.8 does: which parts are wrong, and why.
# Each runs as a strict expected failure, so that progress shows as well as regression.
# `python -m tests.oracle.update_ledger` rewrites this file and keeps the reasons.
"""


class Entry(NamedTuple):
    """The wrong parts of one case (`answer`, `message`, `position`) and the reason."""

    wrong: tuple[str, ...]
    why: str


def read_ledger(path: Path = LEDGER) -> dict[str, Entry]:
    """The ledger's entries by the case's id; none when there is no ledger."""
    if not path.exists():
        return {}
    return {
        case: Entry(tuple(row["wrong"]), row["why"])
        for table in tomllib.loads(path.read_text("utf-8")).values()
        for case, row in table.items()
    }


def write_ledger(entries: dict[str, Entry], categories: dict[str, str], path: Path = LEDGER) -> None:
    """Write *entries*; *categories* gives each case its category, and the order."""
    lines, current = [HEADER], None
    for case, category in categories.items():
        if case not in entries:
            continue
        if category != current:
            lines.append(f"{'' if current is None else chr(10)}[{category}]")
            current = category
        wrong, why = entries[case]
        # JSON's strings are TOML's, too.
        lines.append(f"{case} = {{ wrong = {json.dumps(list(wrong))}, why = {json.dumps(why)} }}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
