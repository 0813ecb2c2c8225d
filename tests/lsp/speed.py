"""How long a hover takes: `python -m tests.lsp.speed FILE… [--nixpkgs PATH] [--count N]`.

The file is opened as an editor does; names all over it are hovered over until each value was evaluated once, then
each once more after a change that makes the server forget its answers. What is printed is the time from the request
to the answer, as the editor has it.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from nixlite.lsp.texts.reading import read
from nixlite.lsp.texts.tree import Node, walk
from tests.lsp.editor import Editor

LOADED = 60.0
"""Seconds that the server waits for a value."""
PATIENCE = 2 * LOADED
"""Seconds that the editor waits for the server: a machine that is busy is no error."""


def main() -> None:
    """Measure each file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--nixpkgs", default="", help="the package set, for files of which it is an argument")
    parser.add_argument("--count", type=int, default=40, help="names that are hovered over")
    words = parser.parse_args()
    for file in words.files:
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SystemExit(f"{file} cannot be read: {error}") from None
        places = names(text, words.count)
        if not places:
            raise SystemExit(f"{file} has no names: there is nothing to hover over")
        measure(file.resolve(), text, places, words.nixpkgs)


def measure(file: Path, text: str, places: list[tuple[int, int]], nixpkgs: str) -> None:
    """Print the times for a file with names at *places*."""
    options = {"nixpkgs": nixpkgs, "hover": {"wait": LOADED}, "lint": False, "codeLens": False}
    with Editor(file.parent, options) as editor:
        begun = time.perf_counter()
        uri = editor.open(file.name, text)
        timed(editor, uri, places[0])
        opened = time.perf_counter() - begun
        first = [timed(editor, uri, place) for place in places]
        last = text.count("\n")
        editor.change(uri, ((last, 10**6), (last, 10**6), "\n"))
        editor.diagnostics(uri, patience=PATIENCE)
        timed(editor, uri, places[0])
        again = [timed(editor, uri, place) for place in places]
    lines = text.count("\n")
    print(f"{file}: {lines} lines, opened and first answer in {opened * 1000:.0f} ms")
    print(f"  first hover: {shown(first)}")
    print(f"  hover: {shown(again)}")


def names(text: str, count: int) -> list[tuple[int, int]]:
    """Places of variables and bindings all over a text, as lines and columns."""
    found = [
        part.parts[0].start
        for part in walk(read(text).root)
        if isinstance(part, Node) and part.rule in ("variable", "path") and part.end > part.start
    ]
    chosen = sorted(found)[:: max(1, len(found) // max(1, count))]
    return [(text.count("\n", 0, at), at - text.rfind("\n", 0, at) - 1) for at in chosen]


def timed(editor: Editor, uri: str, place: tuple[int, int]) -> float:
    """Seconds until the answer of a hover."""
    begun = time.perf_counter()
    line, column = place
    asked = editor.begin(
        "textDocument/hover", textDocument={"uri": uri}, position={"line": line, "character": column}
    )
    editor.answer(asked, PATIENCE)
    return time.perf_counter() - begun


def shown(times: list[float]) -> str:
    """Times in milliseconds."""
    ordered = sorted(time * 1000 for time in times)
    most = ordered[int(len(ordered) * 0.95)]
    return (
        f"median {statistics.median(ordered):.0f} ms, 95 of 100 within {most:.0f} ms,"
        f" longest {ordered[-1]:.0f} ms ({len(ordered)} names)"
    )


if __name__ == "__main__":
    main()
