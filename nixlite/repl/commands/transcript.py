"""A session as text: prompts, inputs and answers, as documentation has them."""

from __future__ import annotations

import re

from nixlite.repl.prompts import CONTINUATION, PROMPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def transcript_text(entries: Iterable[tuple[str, str]]) -> str:
    """The text for pairs of input and answer."""
    parts = []
    for text, answer in entries:
        first, *others = text.strip("\n").split("\n")
        parts.append(f"{PROMPT}{first}\n")
        parts += [f"{CONTINUATION}{line}\n" for line in others]
        parts.append(_ESCAPE.sub("", answer))
    return "".join(parts)
