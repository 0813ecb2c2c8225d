"""Letting go of long tracebacks, from their deep end.

A traceback holds the next deeper one and its frame, which holds the frame outside of it. Freed from the
front, each link is freed inside of the one before, on the C stack. CPython puts such a chain off where the
stack gets short; in WebAssembly (Pyodide 314: 6,000 links) it does not notice, for it looks at another stack
than the one that ends, and the interpreter is lost. Taken apart from its deep end no link frees another.
"""

from __future__ import annotations

from sys import getrefcount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

SHORT = 500
"""So many links are freed as they are."""

OWN = 3
"""References to a link that only its list, the link before it and the question for the number hold."""


def let_go(traceback: TracebackType | None) -> None:
    """Take *traceback* apart, as far as nobody else has a part of it: `NixError.again` goes on from one.

    The caller holds the first link, and lets go of it afterwards.
    """
    links = []
    while traceback is not None:
        links.append(traceback)
        traceback = traceback.tb_next
    if len(links) < SHORT:
        return
    shared = next((at for at in range(1, len(links)) if getrefcount(links[at]) > OWN), len(links))
    del links[shared:]
    while links:
        links.pop().tb_next = None


SHOWN = 10
"""Frames that are told of a traceback that is not kept, the innermost ones."""


def keep_short(error: BaseException) -> None:
    """Let go of what *error* and the errors it comes from hold of deep evaluations; a note tells of it.

    Freeing that takes C stack (3.13: ten thousand frames within each other, before CPython puts it off), so
    this is called where there is enough, before who has little is handed the error.
    """
    seen: set[int] = set()
    errors: list[BaseException | None] = [error]
    while errors:
        each = errors.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        errors += [each.__cause__, each.__context__]
        if is_deep(each.__traceback__):
            from traceback import format_tb  # few are

            ends = "".join(format_tb(each.__traceback__, -SHOWN)).rstrip()
            each.__traceback__ = None
            each.add_note(
                f"Deep within an evaluation, and the stack of this thread is small. Innermost calls:\n{ends}"
            )


def is_deep(traceback: TracebackType | None) -> bool:
    """Whether its innermost frame lies in many others, all of which it holds."""
    frame = None
    while traceback is not None:
        frame, traceback = traceback.tb_frame, traceback.tb_next
    depth = 0
    while frame is not None and depth < SHORT:
        frame, depth = frame.f_back, depth + 1
    return depth == SHORT


def let_go_of_own(error: BaseException) -> None:
    """A `__del__` for exceptions: takes apart their traceback."""
    let_go(error.__traceback__)
    error.__traceback__ = None
