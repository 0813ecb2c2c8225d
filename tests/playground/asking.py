"""Asking as the page does: a question goes as JSON, an answer comes as JSON."""

from __future__ import annotations

import json
from typing import Any

from nixlite.playground.bridge.wire import Wire

FORUM = """let
  pkgs = import <nixpkgs> { };
in
pkgs.python3Packages.pytorch-lightning.overrideAttrs (o: o // {
  version = "0.9.0";
  name = "pytorch-lightning-0.9.0";
  src = o.src.overrideAttrs (o2: o2 // { rev = "0.9.0"; });
})
"""
"""The question of the forum, as in the README."""


class Page:
    """A page: a bridge, and files."""

    def __init__(self, text: str = "", **files: str) -> None:
        self.wire = Wire()
        self.files = {
            "main.nix": text,
            **{name.replace("_", "."): content for name, content in files.items()},
        }

    def answer(self, do: str, **question: Any) -> dict[str, Any]:
        """The whole answer."""
        asked = {
            "do": do,
            "files": self.files,
            "main": "main.nix",
            "file": "main.nix",
            "path": [],
            **question,
        }
        found: dict[str, Any] = json.loads(self.wire.handle(json.dumps(asked)))
        return found

    def ask(self, do: str, **question: Any) -> Any:
        """The data of an answer, which must have some."""
        found = self.answer(do, **question)
        assert "data" in found, found
        return found["data"]

    def problem(self, do: str, **question: Any) -> dict[str, Any]:
        """What is wrong."""
        found = self.answer(do, **question)
        assert "problem" in found, found
        problem: dict[str, Any] = found["problem"]
        return problem

    def apply(self, changes: list[dict[str, Any]]) -> None:
        """Apply changes as the editor does: offsets are UTF-16 code units."""
        for change in sorted(changes, key=lambda one: -one["start"]):
            units = self.files[change["file"]].encode("utf-16-le")
            new = (
                units[: 2 * change["start"]] + change["text"].encode("utf-16-le") + units[2 * change["end"] :]
            )
            self.files[change["file"]] = new.decode("utf-16-le")


def rows(answer: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Kind and text of each member, by name."""
    return {row["name"]: (row["kind"], row["text"]) for row in answer["members"]}
