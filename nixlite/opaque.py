"""Texts that a program may carry around as wholes without depending on what they are.

The store path of a flake's source changes with every commit, and programs meet it everywhere: modules are
told apart by `toString ./x.nix`, files are found by `"${self}/x"`. But few look into it. As long as the hash
in it is only copied, joined to others, compared for equality, and used to find files, an evaluation does the
same with any other hash in its place. What does more is told of here: what cuts it, sorts by it, hashes it,
matches it or makes it an attribute's name.

`TEXTS` is empty but while answers are kept (`results`), so all this costs others a test. Who does something
with the characters of a text, or writes such an operation, asks `if TEXTS:` and calls one of the functions.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

TEXTS: dict[str, Callable[[str], None]] = {}
"""Each text, of `LETTERS` only, and what is called, once, when a program has looked into it."""

LETTERS = frozenset("0123456789abcdfghijklmnpqrsvwxyz")
"""What hashes in store paths are written with."""

HARMLESS = frozenset("/-_ :,=@'\"\n\t()\\")
"""Characters of regular expressions that match themselves and none of `LETTERS`; and those of groups."""


def tell(known: str) -> None:
    """A program has looked into one of `TEXTS`."""
    told = TEXTS.pop(known, None)
    if told is not None:
        told(known)


def seen(text: str) -> None:
    """All of *text* counts for what a program has computed."""
    for known in tuple(TEXTS):
        if known in text:
            tell(known)


def seen_bytes(data: bytes) -> None:
    """As `seen`."""
    for known in tuple(TEXTS):
        if known.encode() in data:
            tell(known)


def spans(text: str) -> Iterable[tuple[str, int, int]]:
    """Where in *text* the `TEXTS` are."""
    for known in tuple(TEXTS):
        at = text.find(known)
        while at >= 0:
            yield known, at, at + len(known)
            at = text.find(known, at + 1)


def cut(text: str, start: int, end: int) -> None:
    """*text* is cut before *start* and before *end*, both counted from its beginning, in bytes."""
    if not text.isascii():
        seen(text)
    for known, first, last in spans(text):
        if first < start < last or first < end < last:
            tell(known)


def compared(a: str, b: str) -> None:
    """It was asked which of two texts comes first: the first characters that differ decide."""
    where = [*spans(a), *spans(b)]
    if not where:
        return
    least = min(len(a), len(b))
    at = next((at for at in range(least) if a[at] != b[at]), least)
    if at < least:
        for known, first, last in where:
            if first <= at < last:
                tell(known)


def put_in_order(texts: Sequence[str]) -> None:
    """Texts were sorted, and came out in this order."""
    for at in range(1, len(texts)):
        compared(texts[at - 1], texts[at])


def searched(text: str, patterns: Iterable[str]) -> None:
    """*patterns* were looked for in *text*: those without letters are not in a hash, and one that contains a
    hash is where that is."""
    for known in tuple(TEXTS):
        if known in text and not all(
            known in pattern or (pattern and LETTERS.isdisjoint(pattern)) for pattern in patterns
        ):
            tell(known)


def matched(text: str, expression: str) -> None:
    """*text* was matched with a regular expression."""
    if not HARMLESS.issuperset(expression.replace("\\.", "")):
        seen(text)
    seen(expression)
