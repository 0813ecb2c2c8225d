"""What the input, the menu and the bar look like: the colours of answers, which are the theme's."""

from __future__ import annotations

from prompt_toolkit.styles import Style

from nixlite.colours import Theme, fixed_colour

KEYWORD, NUMBER, TEXT, PATH, COMMENT, COMMAND = (
    "nix.keyword",
    "nix.number",
    "nix.text",
    "nix.path",
    "nix.comment",
    "nix.command",
)
ANSI = "black red green yellow blue magenta cyan gray".split()
BRIGHT = "brightblack brightred brightgreen brightyellow brightblue brightmagenta brightcyan white".split()
MENUS = {
    "dark": ("bg:#303030 #e4e4e4", "bg:#87afff #000000", "bg:#303030 #b2b2b2", "bg:#262626 #e4e4e4"),
    "light": ("bg:#e4e4e4 #000000", "bg:#005faf #ffffff", "bg:#e4e4e4 #4e4e4e", "bg:#eeeeee #000000"),
    "either": ("bg:#bcbcbc #000000", "bg:#005f87 #ffffff", "bg:#bcbcbc #303030", "bg:#d0d0d0 #000000"),
    "few": ("reverse", "noreverse bold", "reverse", "noreverse"),
    "none": ("reverse", "noreverse bold underline", "reverse", "noreverse"),
}
"""Of the menu of completions: its lines, the chosen one, what is said of each, and the pane of documents."""


def look(theme: Theme) -> Style:
    """The style of the line editor in a theme."""
    red, green, blue, magenta, cyan, faint = (
        foreground(theme, role) for role in ("red", "green", "blue", "magenta", "cyan", "faint")
    )
    kind = theme.name if theme.many or theme.name == "none" else "few"
    item, current, note, pane = MENUS[kind]
    same_note = current if kind != "few" else f"{current} noreverse"
    return Style.from_dict(
        {
            KEYWORD: "bold" if theme.name != "none" else "",
            NUMBER: cyan,
            TEXT: magenta,
            PATH: green,
            COMMENT: f"{faint} italic" if theme.name != "none" else "",
            COMMAND: f"{blue} bold" if theme.name != "none" else "",
            "bottom-toolbar": f"noreverse {faint} bg:default",
            "bottom-toolbar.error": f"noreverse {red} bg:default",
            "matching-bracket.cursor": "bold underline",
            "matching-bracket.other": "bold underline",
            "auto-suggestion": faint,
            "completion-menu": item,
            "completion-menu.completion": item,
            "completion-menu.completion.current": f"noreverse {current}",
            "completion-menu.meta.completion": note,
            "completion-menu.meta.completion.current": f"noreverse {same_note}",
            "document": pane,
            "document.head": f"{pane} bold",
        }
    )


def foreground(theme: Theme, role: str) -> str:
    """A role's colour in the words of prompt_toolkit; "" for the colour that text has."""
    number = theme.number(role)
    if number is None:
        return ""
    if theme.many:
        return f"fg:{fixed_colour(number)}"
    return f"fg:ansi{ANSI[number - 30] if number < 90 else BRIGHT[number - 90]}"
