"""From a text to its tokens, each with its place, whatever is wrong with it.

The tokens are those of the parser's own lexer. Where that cannot go on, what it cannot read is left out; a
string that nobody has closed, which would swallow the rest of the file, ends with its line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import NixError
from nixlite.lsp.texts.tree import Leaf
from nixlite.source import Source
from nixlite.syntax.automaton import LEXER_ERROR
from nixlite.syntax.driver import machine
from nixlite.syntax.lexer import Resumed

if TYPE_CHECKING:
    from nixlite.syntax.tokens import Tokens

MOST_ERRORS = 60
FEATURES = frozenset({"pipe-operators"})


class Repair(NamedTuple):
    """What was wrong at an offset: *message* as Nix has it; *inserted* words, or the *left_out* span."""

    offset: int
    message: str
    inserted: tuple[str, ...]
    left_out: tuple[int, int] | None


def lexed(text: str) -> tuple[list[Leaf], list[Repair], dict[int, tuple[int, int]]]:
    """The tokens of a text, with those put in that end a string; what was wrong; the doc comments.

    A string that is never closed is most likely one that is being typed: it ends with its line.
    """
    tables, patterns = machine()
    names = {kind: name for name, kind in tables.kinds.items()}
    names.update({kind: literal for literal, kind in tables.literals.items() if literal not in ("''", '"')})
    found: list[Leaf] = []
    repairs: list[Repair] = []
    docs: dict[int, tuple[int, int]] = {}
    at, mode = 0, "program"
    opened: tuple[str, ...] = ()
    for _ in range(MOST_ERRORS):
        lexer = Resumed(Source("", text), tables, patterns, FEATURES)
        message = ""
        try:
            lexer.resume(mode, opened, at)
        except NixError as error:
            message = error.message
        collect(lexer.out, names, text, found)
        docs.update(lexer.out.docs)
        if message:
            at, mode, opened = after_error(lexer, text, found, repairs, message)
        elif lexer.mode in ("string", "indented_string") and lexer.position >= len(text) and found:
            again = closed_early(text, found, repairs)
            if again is None:
                break
            at, mode, opened = again, "program", modes_at(found)
        else:
            break
        if at >= len(text):
            break
    cut_comment(text, found, repairs)
    return found, repairs, docs


def cut_comment(text: str, found: list[Leaf], repairs: list[Repair]) -> None:
    """Take away what stands in a comment that nobody has closed, which to Nix's lexer begins with
    operators."""
    for index, leaf in enumerate(found[:-1]):
        following = found[index + 1]
        if leaf.kind == "/" and following.kind in ("*", "**") and following.start == leaf.end:
            del found[index:]
            message = "this comment is not closed: a */ is missing"
            repairs[:] = [one for one in repairs if one.offset < leaf.start]
            repairs.append(Repair(leaf.start, message, (), (leaf.start, len(text))))
            return


def collect(out: Tokens, names: dict[int, str], text: str, found: list[Leaf]) -> None:
    """Add the lexer's tokens to those that are there."""
    for kind, value, start, end in zip(out.kinds, out.values, out.starts, out.ends, strict=True):
        if kind == LEXER_ERROR:
            continue
        name = names.get(kind, "?")
        word = value[1] if name in ("STR", "IND_STR") else text[start:end]
        found.append(Leaf(name, word, start, end))


def after_error(
    lexer: Resumed, text: str, found: list[Leaf], repairs: list[Repair], message: str
) -> tuple[int, str, tuple[str, ...]]:
    """Where to go on behind what the lexer cannot read; what it has read of it is a path or nothing."""
    start = lexer.position
    end = start
    while end < len(text) and not text[end].isspace() and text[end] not in ";)]}":
        end += 1
    if found and found[-1].kind in ("PATH", "HPATH"):
        path = found[-1]
        if path.text.endswith("/"):  # which is what is wrong with it
            path.text, path.end, end = path.text[:-1], path.end - 1, start
            start = path.end
        found.append(Leaf("PATH_END", "", start, start))
    elif end == start:
        end = start + 1
    repairs.append(Repair(start, message, (), (start, end) if end > start else None))
    modes = lexer.modes()
    mode = lexer.mode if lexer.mode in ("string", "indented_string") else "program"
    return end, mode, modes


def closed_early(text: str, found: list[Leaf], repairs: list[Repair]) -> int | None:
    """End the string at the end of its first line that is probably the one that nobody has closed; where
    to go on. None where there is none."""
    done = {repair.offset for repair in repairs}
    opens: list[int] = []
    for index, leaf in enumerate(found):
        if leaf.kind == "QUOTE":
            if opens and found[opens[-1]].kind == "QUOTE" and not between_braces(found, opens[-1], index):
                begin = opens.pop()
                if "\n" in text[found[begin].start : leaf.start]:
                    return cut_at_line(text, found, begin, repairs, done)
            else:
                opens.append(index)
        elif leaf.kind == "IND_STRING_OPEN":
            opens.append(index)
        elif leaf.kind == "IND_STRING_CLOSE" and opens:
            opens.pop()
    return cut_at_line(text, found, opens[-1], repairs, done) if opens else None


def between_braces(found: list[Leaf], begin: int, end: int) -> bool:
    """Whether an interpolation is open at *end* that began behind *begin*."""
    depth = 0
    for leaf in found[begin + 1 : end]:
        if leaf.kind in ("${", "DOLLAR_CURLY", "{"):
            depth += 1
        elif leaf.kind == "}":
            depth -= 1
    return depth > 0


def cut_at_line(
    text: str, found: list[Leaf], begin: int, repairs: list[Repair], done: set[int]
) -> int | None:
    """Let the string that the token number *begin* opens end with its line."""
    start = found[begin].start
    end = min(
        [at for at in (text.find("\n", start + 2), text.find("\r", start + 2)) if at >= 0] or [len(text)]
    )
    while end > start + 1 and text[end - 1] in "; \t":  # it is rather outside
        end -= 1
    close = "IND_STRING_CLOSE" if found[begin].kind == "IND_STRING_OPEN" else "QUOTE"
    opening = found[begin]
    del found[begin + 1 :]
    if end in done:
        return None
    if end > opening.end:
        piece = "IND_STR" if close == "IND_STRING_CLOSE" else "STR"
        found.append(Leaf(piece, text[opening.end : end], opening.end, end))
    end = max(end, opening.end)
    found.append(Leaf(close, "", end, end))
    word = "''" if close == "IND_STRING_CLOSE" else '"'
    repairs.append(Repair(end, f"this string is not closed: a {word} is missing", (word,), None))
    return end


def modes_at(found: list[Leaf]) -> tuple[str, ...]:
    """What each `}` to come returns to, behind the tokens, the last of which closes a string."""
    stack: list[str] = []
    strings: list[str] = []
    for leaf in found:
        if leaf.kind == "QUOTE":
            if strings and strings[-1] == "string":
                strings.pop()
            else:
                strings.append("string")
        elif leaf.kind == "IND_STRING_OPEN":
            strings.append("indented_string")
        elif leaf.kind == "IND_STRING_CLOSE" and strings:
            strings.pop()
        elif leaf.kind in ("${", "DOLLAR_CURLY"):
            stack.append(strings[-1] if strings and strings[-1] else "")
            strings.append("")
        elif leaf.kind == "{":
            stack.append("")
            strings.append("")
        elif leaf.kind == "}" and stack:
            stack.pop()
            if strings:
                strings.pop()
    return tuple(stack)
