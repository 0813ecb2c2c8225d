"""Any edit of any file, and every question about it: `python -m tests.lsp.fuzzing FILE… [--rounds N] [--seed N]`.

A text is changed at random, as if by a cat on the keyboard, and asked about at random places. No question may end in
an error of the server's, and in the end the server has the same text as the editor.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import Any

from tests.lsp.editor import Editor, RequestError, position

PIECES = (
    ";", "{", "}", "(", ")", "[", "]", '"', "''", "${", "=", ".", ":", "@", "?", "...", ",", "let ", " in ", "with x; ",
    "inherit ", "rec ", "if ", " then ", " else ", "a", "x.y", "1", "./", "./x", "<nixpkgs>", "# ", "/*", "*/", "\n", "\r\n",
    "😀", "é", "\t", "//", "++", "overrideAttrs (old: { version = 1; })", "builtins.", "assert ", "or ", "\\", "\u2028", "\0",
)  # fmt: skip
REFUSED = -32602
"""JSON-RPC's number for what cannot be done with these parameters; an error of the server's has another."""
MORE = {"references": {"context": {"includeDeclaration": True}}, "rename": {"newName": "fresh"}}
PLACED = (
    "hover", "definition", "declaration", "documentHighlight", "completion", "signatureHelp", "prepareRename", *MORE,
)  # fmt: skip
WHOLE = ("documentSymbol", "foldingRange", "semanticTokens/full", "documentLink", "codeLens")


def main() -> None:
    """Ask about each file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--evaluate", action="store_true", help="also ask for values")
    words = parser.parse_args()
    for file in words.files:
        options = {"evaluate": words.evaluate, "diagnostics": {"delay": 0}, "limits": {"seconds": 1}}
        with Editor(file.resolve().parent, options) as editor:
            count = play(editor, f"fuzz-{file.name}", file.read_text("utf-8"), words.rounds, words.seed)
            print(f"{file}: {count} questions")


def play(editor: Editor, name: str, text: str, rounds: int, seed: int) -> int:
    """Edit and ask; how many questions were asked. Raises AssertionError."""
    chance = random.Random(seed)
    uri = editor.open(name, text)
    asked = 0
    for round_number in range(rounds):
        text = edited(editor, uri, text, chance)
        if round_number % 10 == 9:
            text = text[: chance.randrange(len(text) + 1)] if chance.random() < 0.3 else text
            editor.rewrite(uri, text)
        for method in chance.sample(PLACED, 3):
            asked += 1
            ask(editor, method, uri, place_of(text, chance.randrange(len(text) + 1)))
        asked += 1
        editor.about(chance.choice(WHOLE), uri)
        line, column = place_of(text, chance.randrange(len(text) + 1))
        found = editor.about("selectionRange", uri, positions=[position(line, column)])
        assert found[0]["range"]["start"]["line"] <= line
    editor.diagnostics(uri)
    whole = editor.about("selectionRange", uri, positions=[position(0, 0)])[0]
    while whole.get("parent"):
        whole = whole["parent"]
    assert whole["range"]["end"] == position(*place_of(text, len(text)))
    complaints = [
        note["params"]
        for note in editor.notes
        if note["method"] in ("window/showMessage", "window/logMessage") and "Error" in str(note["params"])
    ]
    assert complaints == []
    return asked


def ask(editor: Editor, method: str, uri: str, place: tuple[int, int]) -> Any:
    """An answer; a renaming may be refused."""
    try:
        return editor.at(method, uri, *place, **MORE.get(method, {}))
    except RequestError as error:
        if method in ("prepareRename", "rename") and error.code == REFUSED:
            return None
        raise


def edited(editor: Editor, uri: str, text: str, chance: random.Random) -> str:
    """One change, sent as a range; the text after it."""
    start = chance.randrange(len(text) + 1)
    while start and text[start - 1 : start + 1] == "\r\n":
        start -= 1
    end = min(start + chance.choice((0, 0, 0, 1, 1, 3, 20)), len(text))
    while text[end - 1 : end + 1] == "\r\n":
        end += 1
    new = chance.choice(PIECES) if end == start or chance.random() < 0.5 else ""
    editor.change(uri, (place_of(text, start), place_of(text, end), new))
    return text[:start] + new + text[end:]


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Line and UTF-16 column, counted anew and simply."""

    lines = text[:offset].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return len(lines) - 1, len(lines[-1].encode("utf-16-le")) // 2


if __name__ == "__main__":
    main()
