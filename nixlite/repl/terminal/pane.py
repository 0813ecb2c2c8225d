"""The pane below the menu of completions: what is written about the one that is chosen.

Nothing is evaluated for it: of what is not evaluated yet is told what its file says.
"""

from __future__ import annotations

from textwrap import wrap
from types import FunctionType
from typing import TYPE_CHECKING

from nixlite.builtins.manual import entry
from nixlite.errors import NixError
from nixlite.formats.nix.functions import identified, signature
from nixlite.repl.commands.documentation import comment_before, comment_of_function
from nixlite.repl.commands.rendering import rendered
from nixlite.repl.commands.searching import Describer, first_paragraph
from nixlite.repl.rows import Row
from nixlite.repl.terminal.inspecting import describe
from nixlite.runtime.thunk import peek
from nixlite.runtime.values import PrimOp, lambda_info, linked

if TYPE_CHECKING:
    from typing import Any

    from nixlite.repl.conversation import Conversation
    from nixlite.repl.terminal.completion import Candidate

MOST, FEW = 5, 3
"""Lines of the pane, and on a screen of few rows."""
SMALL, TINY = 20, 14
"""Rows of a small screen, and of one that has no room for a pane."""
NEAR = 60
"""Lines above a definition in which its comment is."""
EXAMPLE = 100
"""Characters of the longest example that is shown."""


def pane_lines(conversation: Conversation, candidate: Candidate, columns: int, rows: int) -> list[str]:
    """What the pane shows: a line that says what it is, then some of its documentation."""
    if rows < TINY:
        return []
    head, text = about(conversation, candidate)
    if not text and not candidate.note:
        return []
    size = (FEW if rows < SMALL else MOST) - 1
    lines = []
    for paragraph in text.split("\n"):
        lines += wrap(paragraph, max(20, columns - 2), drop_whitespace=True)
    if len(lines) > size:
        lines = lines[:size]
        lines[-1] = lines[-1][: columns - 4] + " …"
    return [head if len(head) < columns - 2 else f"{head[: columns - 3]}…", *lines]


def about(conversation: Conversation, candidate: Candidate) -> tuple[str, str]:
    """What a candidate is, and what is written about it, as paragraphs."""
    found = candidate.value
    if isinstance(found, Row):
        return found.label(conversation.style.compat), " ".join(found.explanation.replace("`", "").split())
    if found is None or isinstance(found, str):
        return f"{candidate.text}  {candidate.note}".rstrip(), ""
    value: Any = peek(found)
    if type(value) is PrimOp:
        return f"{value.name} {signature(value)}".rstrip(), of_builtin(value)
    if type(value) is FunctionType:
        settings, host = conversation.evaluator.settings, conversation.evaluator.host
        head = identified(value, settings.cwd, host.home()).strip("«»").removeprefix("lambda ")
        return head, of_function(conversation, value)
    head = f"{candidate.text}: {describe(found)}"
    describer = Describer(conversation, patience=0)
    return head, describer.of(found) or comment_above(describer, found)


def comment_above(describer: Describer, lazy: Any) -> str:
    """The comment before the definition of an attribute, found by its place."""
    place = lazy[2] if type(lazy) is list and len(lazy) > 2 else None
    if place is None or not place[0].startswith("/"):
        return ""
    above = "\n".join([*describer.lines_of(place[0])[: place[1] - 1][-NEAR:], ""])
    return first_of_comment(comment_before(above, len(above)) or "")


def of_builtin(primop: PrimOp) -> str:
    """The first paragraph and an example."""
    parts = [first_paragraph(linked(primop).doc or "")]
    known = entry(primop.name)
    for expression, answer in known.examples if known is not None else []:
        shown = f"{expression}  →  {answer}"
        if answer is not None and "\n" not in shown and len(shown) <= EXAMPLE:
            parts.append(shown)
            break
    return "\n".join(parts)


def of_function(conversation: Conversation, function: FunctionType) -> str:
    """The first paragraph of a function's comment."""
    info = lambda_info(function)
    try:
        comment = info.doc or comment_of_function(conversation, info.position) or ""
    except NixError:
        return ""
    return first_of_comment(comment)


def first_of_comment(comment: str) -> str:
    """The first paragraph of a comment, on one line."""
    lines = [line.strip().lstrip("*").strip() for line in comment.strip().split("\n")]
    text = rendered("\n".join(lines), 1000).strip()
    return " ".join(text.split("\n\n")[0].split())
