"""The elements of string contexts, taken apart.

| text                      | meaning                                                          |
|---------------------------|------------------------------------------------------------------|
| `/nix/store/…`            | *opaque*: this store path                                        |
| `=/nix/store/….drv`       | *deep*: a derivation with its closure and all outputs            |
| `!out!/nix/store/….drv`   | *built*: an output of a derivation                               |
| `!a!b!/nix/store/….drv`   | output `a` of the derivation that is output `b` of the last one  |

Manual: Language, "String context".
"""

from __future__ import annotations

from nixlite.records import Record


class Element(Record):
    """One element: the store path, the outputs (innermost first; empty unless built), and whether deep."""

    __slots__ = ("deep", "outputs", "path")

    def __init__(self, path: str, outputs: tuple[str, ...] = (), deep: bool = False) -> None:
        self.path = path
        self.outputs = outputs
        self.deep = deep

    @property
    def shown(self) -> str:
        """As messages have it: `/nix/store/….drv^out`."""
        return "^".join((self.path, *self.outputs))


def parse_element(text: str) -> Element:
    """The parts of a context element."""
    if text.startswith("!"):
        *outputs, path = text[1:].split("!")
        outputs.reverse()
        return Element(path, tuple(outputs))
    if text.startswith("="):
        return Element(text[1:], deep=True)
    return Element(text)


def element_text(element: Element) -> str:
    """The encoding of an element."""
    if element.outputs:
        return "".join([f"!{output}" for output in reversed(element.outputs)]) + "!" + element.path
    return "=" + element.path if element.deep else element.path


def context_order(text: str) -> tuple[int, str, tuple[str, ...]]:
    """A sort key in the order in which Nix keeps a context: opaque, deep, built."""
    element = parse_element(text)
    kind = 2 if element.outputs else 1 if element.deep else 0
    return kind, element.path, element.outputs
