"""When Python's `re`, which is many times faster than our matcher, may be used, and how.

`re` takes the first way that leads to a match, where libstdc++ compares the branches of `|`; it treats
groups in repetitions differently when it has to go back; and it can take exponential time. `analyse` finds
out from the sets of bytes that can begin and follow each part whether any of this can matter.
"""

from __future__ import annotations

from nixlite.records import Record
from nixlite.regex.syntax import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.regex.facts import Facts
    from nixlite.regex.syntax import Node

ENDLESS = 99
"""A degree that stands for exponential work."""

QUIET = frozenset("set begin end".split())


class Analysis(Record):
    """What can go wrong with `re` for an expression.

    *degree*: matching at one position may take work in proportion to length ** degree. *longest*: comparing
    the branches of a `|` can matter to a search. *risky*: a group might be left with the wrong contents.
    """

    __slots__ = ("degree", "longest", "risky")

    def __init__(self, degree: int, longest: bool, risky: bool) -> None:
        self.degree = degree
        self.longest = longest
        self.risky = risky


def analyse(tree: Node, facts: Facts) -> Analysis:
    """The `Analysis` of an expression."""
    walk = _Walk(facts)
    degree = walk.visit(tree, 0, False)
    return Analysis(degree, walk.longest, (walk.groups_in_branches and walk.ambiguous) or walk.idle_groups)


class _Walk:
    """One walk over the tree, with the bytes that can follow each node. The end of the text follows, too,
    but needs no byte: there going back cannot help."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.longest = False
        self.ambiguous = False
        self.groups_in_branches = False
        self.idle_groups = False

    def visit(self, node: Node, follow: int, in_loop: bool) -> int:
        """The degree of *node* when the bytes *follow* can come after it."""
        kind = node[0]
        if kind in QUIET:
            return 0
        if kind == "cat":
            degree = 0
            for part in reversed(node[1]):
                degree += self.visit(part, follow, in_loop)
                follow = self._first(part, follow)
            return min(degree, ENDLESS)
        if kind == "group":
            return self.visit(node[2], follow, in_loop)
        if kind == "alt":
            return self._alternative(node, follow, in_loop)
        return self._repetition(node, follow, in_loop)

    def _first(self, node: Node, follow: int) -> int:
        """The bytes that *node*, or what follows where it matches nothing, can begin with."""
        return self.facts.first[id(node)] | (follow if self.facts.nullable[id(node)] else 0)

    def _alternative(self, node: Node, follow: int, in_loop: bool) -> int:
        left, right = node[1], node[2]
        self._note_groups(node)
        degree = max(self.visit(left, follow, in_loop), self.visit(right, follow, in_loop))
        if self.facts.nullable[id(node)] or self._first(left, follow) & self._first(right, follow):
            self.longest = True
            self.ambiguous = True
            return ENDLESS if in_loop else min(degree + 1, ENDLESS)
        return degree

    def _repetition(self, node: Node, follow: int, in_loop: bool) -> int:
        kind, body = node[0], node[1]
        self._note_groups(body)
        most = {"opt": 1, "star": None, "plus": None}.get(kind, node[-1] if kind == "times" else None)
        if most == 0:
            return 0
        again = most is None or most > 1
        start = self.facts.first[id(body)]
        degree = self.visit(body, follow | start if again else follow, in_loop or again)
        if kind == "times" and node[2] == most:
            return degree
        if self.facts.nullable[id(body)]:
            self.ambiguous = True
            self.idle_groups = self.idle_groups or self.facts.groups[id(body)]
            return ENDLESS
        if start & follow:
            self.ambiguous = True
            return ENDLESS if in_loop else min(degree + 1, ENDLESS)
        return degree

    def _note_groups(self, node: Node) -> None:
        self.groups_in_branches = self.groups_in_branches or self.facts.groups[id(node)]


def python_source(node: Node) -> str:
    """The expression for `re` (with the flag DOTALL) that matches the same byte views."""
    match node[0]:
        case "set":
            return character_class(node[1])
        case "cat":
            return "".join([_item(part) if part[0] == "alt" else python_source(part) for part in node[1]])
        case "alt":
            return "|".join([python_source(branch) for branch in branches(node)])
        case "group":
            return f"({python_source(node[2])})"
        case "star":
            return f"{_item(node[1])}*"
        case "plus":
            return f"{_item(node[1])}+"
        case "opt":
            return f"{_item(node[1])}?"
        case "times":
            most = "" if node[3] is None else node[3]
            return f"{_item(node[1])}{{{node[2]},{most}}}"
        case "begin":
            return r"\A"
    return r"\Z"


def branches(node: Node) -> list[Node]:
    """What the branches of `a|b|c` are, in order: `("alt", ("alt", a, b), c)` has three."""
    found = []
    while node[0] == "alt":
        found.append(node[2])
        node = node[1]
    found.append(node)
    return found[::-1]


def _item(node: Node) -> str:
    """*node* so that it can be repeated."""
    source = python_source(node)
    return source if node[0] in ("set", "group") else f"(?:{source})"


def character_class(bits: int) -> str:
    """A set of bytes for `re`."""
    if bits == ANY:
        return "."
    if bits and not bits & (bits - 1):
        character = chr(bits.bit_length() - 1)
        return character if character.isalnum() and character.isascii() else f"\\x{ord(character):02x}"
    if not bits:
        return "(?!)"
    ranges = []
    byte = 0
    while byte < 256:
        if bits >> byte & 1:
            last = byte
            while last < 255 and bits >> (last + 1) & 1:
                last += 1
            ranges.append(f"\\x{byte:02x}" if last == byte else f"\\x{byte:02x}-\\x{last:02x}")
            byte = last
        byte += 1
    return f"[{''.join(ranges)}]"
