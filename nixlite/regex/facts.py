"""What is asked of the parts of a regular expression again and again: worked out once, innermost first.

A list of alternatives is a tree as deep as the list is long, so asking each part anew, and the parts of that,
would take time in proportion to the square of its length.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.regex.syntax import Node


class Facts:
    """The facts about every node of a tree, by the node's id.

    *nullable*: whether it can match the empty string; *first*: the set of bytes that a match can begin with;
    *groups*: whether there is a group in it; *endless*: whether it can match texts of any length.
    """

    __slots__ = ("endless", "first", "groups", "nullable")

    def __init__(self, tree: Node) -> None:
        self.nullable: dict[int, bool] = {}
        self.first: dict[int, int] = {}
        self.groups: dict[int, bool] = {}
        self.endless: dict[int, bool] = {}
        waiting = [tree]
        while waiting:
            node = waiting[-1]
            inner = [part for part in parts(node) if id(part) not in self.nullable]
            if inner:
                waiting += inner
            else:
                self._note(waiting.pop())

    def _note(self, node: Node) -> None:
        """Work out the facts about a node whose parts are known."""
        kind, key = node[0], id(node)
        inner = [id(part) for part in parts(node)]
        nullable = [self.nullable[part] for part in inner]
        if kind == "alt":
            self.nullable[key] = any(nullable)
        elif kind == "times":
            self.nullable[key] = node[2] == 0 or nullable[0]
        elif kind == "cat" or kind == "plus" or kind == "group":
            self.nullable[key] = all(nullable)
        else:
            self.nullable[key] = kind != "set"
        self.first[key] = self._first(node, inner, nullable)
        self.groups[key] = kind == "group" or any([self.groups[part] for part in inner])
        self.endless[key] = (
            kind == "star"
            or kind == "plus"
            or (kind == "times" and node[3] is None)
            or any([self.endless[part] for part in inner])
        )

    def _first(self, node: Node, inner: list[int], nullable: list[bool]) -> int:
        if node[0] == "set":
            return int(node[1])
        if node[0] == "times" and node[3] == 0:
            return 0
        bits = 0
        for part, can_be_empty in zip(inner, nullable, strict=True):
            bits |= self.first[part]
            if node[0] == "cat" and not can_be_empty:
                break
        return bits


def parts(node: Node) -> tuple[Node, ...]:
    """The nodes right below a node."""
    kind = node[0]
    if kind == "cat":
        below: tuple[Node, ...] = node[1]
        return below
    if kind == "alt":
        return node[1:]
    if kind == "group":
        return node[2:]
    return () if kind in ("set", "begin", "end") else node[1:2]
