"""Markdown on a terminal, as Nix's library lowdown sets it: what `:doc` prints with `--compat`.

Not all of Markdown: paragraphs, headings, lists, code, quotes, rules, tables, definitions, and what stands in
their lines. Nix 2.34.8 observed, where the terminal's width is unknown: lines of 60 columns.
"""

from __future__ import annotations

import re
from html import unescape

WIDTH = 60
ITEM = re.compile(r"( {0,3})([-*+]|\d{1,9}[.)])( +)(.*)")
HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*$")
FENCE = re.compile(r" {0,3}(```+|~~~+)")
RULE = re.compile(r" {0,3}(?:(?:- *){3,}|(?:\* *){3,}|(?:_ *){3,})$")
TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
DEFINITION = re.compile(r" {0,3}:[ \t]+(.*)")
BREAK = "\0"
"""Stands for a line break that was asked for."""
INLINE = re.compile(
    r"(?P<code>`+)(?P<inside>.+?)(?P=code)|\\(?P<escaped>[!-/:-@\[-`{-~])|!\[(?P<image>[^\]]*)\]\([^)]*\)"
    r"|\[(?P<text>[^\]]*)\]\((?P<url>[^)\s]*)[^)]*\)|<(?P<auto>[a-z]+:[^>\s]+)>"
    r"|(?P<mark>\*{1,3}|(?<!\w)_{1,3})(?=\S)(?P<emphasis>.+?)(?<=\S)(?P=mark)(?!\w)",
    re.DOTALL,
)


def render(text: str) -> str:
    """*text* as lines of at most `WIDTH` columns, without a newline at the end."""
    return "\n".join(blocks(text.split("\n"), WIDTH)).strip("\n").rstrip()


def blocks(lines: list[str], width: int) -> list[str]:
    """The lines of a sequence of blocks, an empty one between each two."""
    out: list[str] = []
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        defines = DEFINITION.match(lines[at]) and at and lines[at - 1].strip()
        made, at = block(lines, at, width)
        if out and not defines:  # a definition follows its term at once
            out.append("")
        out += made
    return out


def block(lines: list[str], at: int, width: int) -> tuple[list[str], int]:
    """The block that begins at line *at*: what it looks like, and the line after it."""
    line = lines[at]
    heading = HEADING.match(line)
    if heading is not None:
        level = heading[1] + " " if len(heading[1]) > 1 else ""
        return wrap(level + inline(heading[2]), width), at + 1
    if FENCE.match(line):
        return fenced(lines, at)
    if line.startswith("    "):
        return indented(lines, at)
    if line.lstrip().startswith(">") and len(line) - len(line.lstrip()) < 4:
        return quote(lines, at, width)
    if RULE.match(line):
        return ["─" * width], at + 1
    if ITEM.match(line):
        return listing(lines, at, width)
    definition = DEFINITION.match(line)
    if definition is not None and at:
        return hung("  : ", wrap(inline(definition[1]), width - 4)), at + 1
    if "|" in line and at + 1 < len(lines) and TABLE_RULE.match(lines[at + 1]) and "|" in lines[at + 1]:
        return table(lines, at)
    return paragraph(lines, at, width)


def paragraph(lines: list[str], at: int, width: int) -> tuple[list[str], int]:
    """Lines up to an empty one or another kind of block; a list does not begin inside."""
    end = at + 1
    while end < len(lines) and lines[end].strip():
        line = lines[end]
        if HEADING.match(line) or FENCE.match(line) or DEFINITION.match(line) or line.startswith(">"):
            break
        end += 1
    parts = []
    for number, line in enumerate(lines[at:end], at + 1):
        breaks = number < end and (line.endswith(("  ", "\\")))
        text = line.strip().removesuffix("\\") if breaks else line.strip()
        parts.append(text + BREAK if breaks else text)
    return wrap(inline("\n".join(parts)), width), end


def fenced(lines: list[str], at: int) -> tuple[list[str], int]:
    """Code between fences."""
    match = FENCE.match(lines[at])
    mark = match[1] if match is not None else "```"
    end = at + 1
    while end < len(lines) and not lines[end].strip().startswith(mark):
        end += 1
    return barred(lines[at + 1 : end]), end + 1


def indented(lines: list[str], at: int) -> tuple[list[str], int]:
    """Code that is indented by four blanks."""
    end = at
    while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
        end += 1
    code = [line[4:] for line in lines[at:end]]
    while not code[-1].strip():
        code.pop()
    return barred(code), end


def quote(lines: list[str], at: int, width: int) -> tuple[list[str], int]:
    """A quotation, which has blocks of its own."""
    end = at
    while end < len(lines) and lines[end].strip():
        end += 1
    inside = [re.sub(r"^ {0,3}> ?", "", line) for line in lines[at:end]]
    return barred(blocks(inside, width - 4)), end


def barred(lines: list[str]) -> list[str]:
    """Lines with a bar before them."""
    return [f"  │ {line}" for line in lines]


def hung(mark: str, lines: list[str]) -> list[str]:
    """Lines of which the first has a mark; the others are indented as far."""
    return [mark + lines[0], *(" " * len(mark) + line for line in lines[1:])] if lines else [mark]


def listing(lines: list[str], at: int, width: int) -> tuple[list[str], int]:
    """A list; if its items are not apart, each ends with a blank, as lowdown has it."""
    items, end = list_items(lines, at)
    loose = any(not line.strip() for item in items for line in item[:-1]) or (len(items) > 1 and apart(items))
    out: list[str] = []
    first = ITEM.match(lines[at])
    ordered = first is not None and first[2][0].isdigit()
    for number, item in enumerate(items, 1):
        mark = f"{number:2d}. " if ordered else "  · "
        made = blocks(item, width - 4) if loose else tight(item, width - 4)
        if loose and out:
            out.append("")
        out += hung(mark, made)
    return out, end


def tight(item: list[str], width: int) -> list[str]:
    """An item of one paragraph, perhaps with a list in it."""
    inner = next((n for n, line in enumerate(item) if n and ITEM.match(line)), len(item))
    made, _ = paragraph(item[:inner], 0, width)
    made[-1] += " "
    return made + (listing(item, inner, width)[0] if inner < len(item) else [])


def apart(items: list[list[str]]) -> bool:
    """Whether there are empty lines between the items."""
    return any(item and not item[-1].strip() for item in items[:-1])


def list_items(lines: list[str], at: int) -> tuple[list[list[str]], int]:
    """The items of a list, without marks and indentation, and the line after it."""
    items: list[list[str]] = []
    margin = 0
    first = ITEM.match(lines[at])
    assert first is not None
    kind = first[2][-1]
    while at < len(lines):
        line = lines[at]
        match = ITEM.match(line)
        if match is not None and match[2][-1] == kind and len(match[1]) < max(margin, 1):
            margin = len(match[1]) + len(match[2]) + min(len(match[3]), 4)
            items.append([match[4]])
        elif not line.strip():
            following = next((n for n in lines[at + 1 :] if n.strip()), "")
            if not following.startswith(" " * margin) and not ITEM.match(following):
                break
            items[-1].append("")
        elif line.startswith(" " * margin):
            items[-1].append(line[margin:])
        elif lines[at - 1].strip() and match is None:
            items[-1].append(line.strip())
        else:
            break
        at += 1
    return items, at


def table(lines: list[str], at: int) -> tuple[list[str], int]:
    """A table with a line below its head."""
    end = at + 2
    while end < len(lines) and "|" in lines[end]:
        end += 1
    rows = [
        [inline(cell.strip()) for cell in line.strip().strip("|").split("|")]
        for number, line in enumerate(lines[at:end])
        if number != 1
    ]
    count = len(rows[0])
    widths = [max(len(row[n]) if n < len(row) else 0 for row in rows) for n in range(count)]
    shown = [
        " │ ".join((row[n] if n < len(row) else "").ljust(widths[n]) for n in range(count)).rstrip()
        for row in rows
    ]
    rule = "┼".join("─" * (width + (1 if n == 0 else 2)) for n, width in enumerate(widths))
    return [shown[0], rule, *shown[1:]], end


def inline(text: str) -> str:
    """A line's text without the marks of emphasis and code; links with their targets."""

    def plain(match: re.Match[str]) -> str:
        if match["inside"] is not None:
            return match["inside"].strip() if match["inside"].strip() else match["inside"]
        if match["escaped"] is not None:
            return match["escaped"]
        if match["image"] is not None:
            return f"[🖻 {match['image']}]"
        if match["text"] is not None:
            return f"{inline(match['text'])} {match['url']}"
        return match["auto"] or inline(match["emphasis"])

    pieces, end = [], 0
    for match in INLINE.finditer(text):
        pieces += [unescape(text[end : match.start()]), plain(match)]
        end = match.end()
    return "".join([*pieces, unescape(text[end:])])


def wrap(text: str, width: int) -> list[str]:
    """Words in lines that are shorter than *width*."""
    lines = []
    for part in text.split(BREAK):
        line = ""
        for word in part.split():
            if line and len(line) + 1 + len(word) >= width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines
