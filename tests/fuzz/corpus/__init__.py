"""Inputs that were faults once, each in a file: what it was, its kind and its texts."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fuzz.kinds import Input

if TYPE_CHECKING:
    from tests.fuzz.workers import Fault

FOLDER = Path(__file__).parent


def keep(fault: Fault) -> Path:
    """Write an input to the corpus; where it is now."""
    row = {"was": fault.what, "kind": fault.given.kind, "texts": fault.given.texts}
    text = json.dumps(row, indent=1) + "\n"
    path = FOLDER / f"{fault.given.kind}-{hashlib.sha256(text.encode()).hexdigest()[:8]}.json"
    path.write_text(text, "utf-8")
    return path


def kept() -> list[tuple[str, Input]]:
    """The inputs of the corpus, with the names of their files."""
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        row = json.loads(path.read_text("utf-8"))
        found.append((path.stem, Input(row["kind"], tuple(row["texts"]))))
    return found
