"""What the input, the menu and the bar look like: the terminal's sixteen colours, as of answers."""

from __future__ import annotations

from prompt_toolkit.styles import Style

KEYWORD, NUMBER, TEXT, PATH, COMMENT, COMMAND = (
    "nix.keyword",
    "nix.number",
    "nix.text",
    "nix.path",
    "nix.comment",
    "nix.command",
)
LOOK = Style.from_dict(
    {
        KEYWORD: "bold",
        NUMBER: "fg:ansicyan",
        TEXT: "fg:ansimagenta",
        PATH: "fg:ansigreen",
        COMMENT: "fg:ansibrightblack italic",
        COMMAND: "fg:ansiblue bold",
        "bottom-toolbar": "noreverse fg:ansibrightblack bg:default",
        "bottom-toolbar.error": "noreverse fg:ansired bg:default",
        "matching-bracket.cursor": "bold underline",
        "matching-bracket.other": "bold underline",
        "auto-suggestion": "fg:ansibrightblack",
    }
)
