"""Markdown as nixlite's own `:doc` shows it: filled lines, no marks, code as it is written.

What `--compat` prints is in `markdown.py`.
"""

from __future__ import annotations

import re

from nixlite.colours import BOLD, FAINT, NORMAL

WIDEST = 88
"""Columns of a line of text, on however wide a screen."""
ITEM = re.compile(r"( {0,3})([-*+]|\d{1,9}[.)])( +)(.*)")
HEADING = re.compile(r"#{1,6}\s+(.*)")
STRONG, END = "\x02", "\x03"
"""Stand around what is written bold until lines are filled."""
INLINE = re.compile(
    r"`+(?P<code>[^`]+)`+|\*\*(?P<strong>.+?)\*\*|(?<![\w*])\*(?P<emphasis>[^*\s][^*]*?)\*(?!\w)"
    r"|\[(?P<text>[^\]]+)\]\((?P<url>[^)\s]+)\)"
)
PROMPT = re.compile(r"nix-repl> ")


def rendered(markdown: str, width: int, *, colour: bool = False) -> str:
    """*markdown* in lines of at most *width* columns, code aside."""
    width = max(20, min(width - 1, WIDEST))
    lines = markdown.expandtabs(4).split("\n")
    out: list[str] = []
    at = 0
    while at < len(lines):
        made, at = block(lines, at, width)
        if made or (out and out[-1]):
            out += made or [""]
    text = "\n".join(out).strip("\n")
    if not colour:
        return text.replace(STRONG, "").replace(END, "")
    text = PROMPT.sub(f"{FAINT}nix-repl> {NORMAL}", text)
    return text.replace(STRONG, BOLD).replace(END, NORMAL)


def block(lines: list[str], at: int, width: int) -> tuple[list[str], int]:
    """The lines of what begins at line *at*, none for an empty line; and the number of the line after it."""
    line = lines[at]
    if not line.strip():
        return [], at + 1
    if line.lstrip().startswith(("```", "~~~")):
        return fenced(lines, at)
    heading = HEADING.match(line)
    if heading is not None:
        return [f"{STRONG}{inline(heading[1])}{END}"], at + 1
    item = ITEM.match(line)
    if line.startswith("  ") and item is None:  # code, or what old comments put below "Example:"
        return [line.rstrip()], at + 1
    end = at + 1
    while end < len(lines) and goes_on(lines[end], item) and not lines[end - 1].endswith(("\\", "  ")):
        end += 1
    start = rest = ""
    words = [part.strip().removesuffix("\\") for part in lines[at:end]]
    if item is not None:
        start, rest = f"{item[1]}{item[2]}{item[3]}", " " * len(item[1] + item[2] + item[3])
        words[0] = item[4]
    return filled(inline(" ".join(words)), width, start, rest), end


def goes_on(line: str, item: re.Match[str] | None) -> bool:
    """Whether a line belongs to the paragraph above it, or to the *item* of a list."""
    if item is None and line.startswith("  "):
        return False
    return bool(line.strip()) and not (
        ITEM.match(line) or HEADING.match(line) or line.lstrip().startswith(("```", "~~~", "|"))
    )


def fenced(lines: list[str], at: int) -> tuple[list[str], int]:
    """Code between fences, indented."""
    mark = lines[at].lstrip()[:3]
    end = at + 1
    while end < len(lines) and not lines[end].lstrip().startswith(mark):
        end += 1
    return [f"    {line}".rstrip() for line in lines[at + 1 : end]], end + 1


def inline(text: str) -> str:
    """A text without the marks of emphasis, code and links."""

    def plain(match: re.Match[str]) -> str:
        if match["text"]:
            return f"{match['text']} ({match['url']})"
        return f"{STRONG}{match['code'] or match['strong'] or match['emphasis']}{END}"

    return INLINE.sub(plain, text)


def filled(text: str, width: int, start: str = "", rest: str = "") -> list[str]:
    """Words in lines of at most *width* columns, *start* before the first and *rest* before the others."""
    lines: list[str] = []
    line, used = start, len(start)
    for word in text.split():
        size = len(word) - word.count(STRONG) - word.count(END)
        if used + size > width and used > len(rest):
            lines.append(line.rstrip())
            line, used = rest, len(rest)
        line += f"{word} "
        used += size + 1
    return [*lines, line.rstrip()]
