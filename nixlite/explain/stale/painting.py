"""The answer in colours, for a terminal: what is said bold, code to write cyan, trials green or red."""

from __future__ import annotations

from nixlite.colours import BOLD, CYAN, GREEN, NORMAL, RED

MARKS = {"✓": GREEN, "✗": RED}
CODE = "    "
"""How far in what is to be written stands, as paragraphs of its own."""


def painted(text: str) -> str:
    """A text as `several.show_each` lays it out, and as wide."""
    lines, begins, is_code = [], False, False
    for line in text.split("\n"):
        is_code = line.startswith(CODE) and (begins or is_code)
        begins = not line
        lines.append(painted_line(line, is_code))
    return "\n".join(lines)


def painted_line(line: str, is_code: bool) -> str:
    """A line of it."""
    if not line:
        return line
    bare = line.lstrip(" ")
    indent = line[: -len(bare)]
    colour = MARKS.get(bare[:1])
    if colour is not None:
        return f"{indent}{colour}{bare[:1]}{NORMAL}{bare[1:]}"
    if is_code:
        return f"{indent}{CYAN}{bare}{NORMAL}"
    return line if indent else f"{BOLD}{line}{NORMAL}"
