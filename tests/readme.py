"""The parts of the pages that are made from facts: `python -m tests.readme` shows them, `--write` updates the pages.

A part lies between `<!-- NAME: … -->` and `<!-- end NAME -->`.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections import Counter
from typing import TYPE_CHECKING

import nixlite
import nixlite.builtins
from nixlite.builtins.install import declarations
from tests.api_page import conversions, reference
from tests.benchmarks.report import markdown, trees_markdown
from tests.oracle.cases import HERE, load
from tests.oracle.ledger import read_ledger
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

README = ROOT / "README.md"
DOCS = ROOT / "nixlite" / "docs"
CONFORMANCE = DOCS / "reference" / "conformance.md"
API = DOCS / "reference" / "api.md"
SPEED = DOCS / "reference" / "speed.md"
PAGES = [
    README, *sorted(DOCS.rglob("*.md")), ROOT / "nixlite" / "README.md",
    ROOT / ".github" / "CONTRIBUTING.md", ROOT / ".github" / "SECURITY.md",
]  # fmt: skip
"""Every page of documentation: what it shows is run by the tests."""

RESULTS = ROOT / "tests" / "benchmarks" / "results.json"
TREE_RESULTS = ROOT / "tests" / "benchmarks" / "trees.json"
REFERENCE = HERE / "builtins-2.34.8.json"


def builtins_table() -> str:
    """A row for each file of `nixlite/builtins/`: its topic and its builtins; what Nix has and we don't."""
    topics: dict[str, list[str]] = {}
    rows = declarations()
    for declaration in rows.values():
        topics.setdefault(declaration.function.__module__, []).append(declaration.name)
    expected = set(json.loads(REFERENCE.read_text("utf-8"))["builtins"])
    in_nix = sorted(set(nixlite.evaluate("builtins.attrNames builtins").to_python()) - rows.keys())
    missing = sorted(expected - rows.keys() - set(in_nix))
    lines = [f"{len(expected) - len(missing)} of the {len(expected)} builtins of Nix 2.34.8.", ""]
    lines += ["| file | topic | builtins |", "|---|---|---|"]
    for module_name in sorted(topics):
        file = module_name.rpartition(".")[2] + ".py"
        names = " ".join(f"`{name}`" for name in sorted(topics[module_name]))
        lines.append(f"| [{file}](../../builtins/{file}) | {topic(module_name)} | {names} |")
    lines.append(
        f"| [stdlib/](../../../stdlib) | Written in Nix | {' '.join(f'`{name}`' for name in in_nix)} |"
    )
    if missing:
        lines += ["", "Not there: " + " ".join(f"`{name}`" for name in missing) + "."]
    return "\n".join(lines)


def topic(module_name: str) -> str:
    """The first sentence of a module's text, without its end."""
    text = (importlib.import_module(module_name).__doc__ or "").split("\n\n")[0]
    return re.split(r"[.:](?:\s|$)", " ".join(text.split()))[0]


def conformance_table() -> str:
    """How many recorded cases are right, part by part; the ledger, which the tests keep exact, tells."""
    ledger = read_ledger()
    total: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    for case in load():
        wrong = ledger[case.id].wrong if case.id in ledger else ()
        parts = ["answer", *(["message", "position"] if case.mode != "repl" and case.rc else [])]
        for name in (case.category, "all"):
            for part in parts:
                total[name, part] += 1
                right[name, part] += part not in wrong
    lines = ["| category | answer | message | position |", "|---|---:|---:|---:|"]
    for name in [*sorted({name for name, _ in total} - {"all"}), "all"]:
        cells = [f"{right[name, part]}/{total[name, part]}" for part in ("answer", "message", "position")]
        lines.append(f"| {name} | " + " | ".join("" if cell == "0/0" else cell for cell in cells) + " |")
    return "\n".join(lines)


def performance_table() -> str:
    """The last recorded run of the benchmarks."""
    return markdown(json.loads(RESULTS.read_text("utf-8")))


def trees_table() -> str:
    """The last recorded run on real trees."""
    if not TREE_RESULTS.is_file():
        return "Not recorded yet."
    return trees_markdown(json.loads(TREE_RESULTS.read_text("utf-8")))


PARTS: dict[str, tuple[Path, Callable[[], str]]] = {
    "performance": (SPEED, performance_table),
    "trees": (SPEED, trees_table),
    "builtins": (CONFORMANCE, builtins_table),
    "conformance": (CONFORMANCE, conformance_table),
    "conversions": (API, conversions),
    "reference": (API, reference),
}


def part_of(text: str, name: str) -> re.Match[str]:
    """Where a generated part is in a page; raises ValueError if it is not there."""
    part = re.search(rf"(<!-- {name}:.*?-->\n)(.*?)\n<!-- end {name} -->", text, re.DOTALL)
    if part is None:
        raise ValueError(f"the page has no part named {name}")
    return part


def write(names: Iterable[str] = PARTS) -> None:
    """Write generated parts into their pages."""
    for name in names:
        page, make = PARTS[name]
        text = page.read_text("utf-8")
        part = part_of(text, name)
        page.write_text(text[: part.start(2)] + make() + text[part.end(2) :], "utf-8")


def main() -> int:
    if "--write" in sys.argv[1:]:
        write()
    else:
        print("\n\n".join(make() for _, make in PARTS.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
