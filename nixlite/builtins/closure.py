"""`builtins.genericClosure`: everything that can be reached from some elements, each key once."""

from __future__ import annotations

from nixlite.abi.signatures import FIRST
from nixlite.builtins.registry import builtin
from nixlite.errors import NixError
from nixlite.runtime.call import call
from nixlite.runtime.expect import force_attrs, force_function, force_list, get_attr
from nixlite.runtime.operators import less_than
from nixlite.runtime.thunk import force
from nixlite.runtime.values import ContextString, FunctionType, NixPath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.values import Lazy, Value


@builtin("genericClosure", args=("attrset",), forces=FIRST)
def generic_closure(attrset: Lazy) -> Value:
    """Return the list of all elements reachable from those in `startSet` through the function `operator`, which returns a list of further elements for an element; of elements with equal `key` only the first counts.

    Breadth first. Keys are compared as by `lessThan`: numbers, strings, paths and lists of them will do.
    """  # noqa: E501 - one paragraph of documentation
    attrs = force_attrs(attrset, "while evaluating the first argument passed to builtins.genericClosure")
    where = "in the attrset passed as argument to builtins.genericClosure"
    start = force_list(
        get_attr(attrs, "startSet", where),
        "while evaluating the 'startSet' attribute passed as argument to builtins.genericClosure",
    )
    if not start:
        return start
    operator = force_function(
        get_attr(attrs, "operator", where),
        "while evaluating the 'operator' attribute passed as argument to builtins.genericClosure",
    )
    keys = Keys()
    work = list(start)
    found: list[Lazy] = []
    for element in work:  # grows on the way
        value: Any = element[1] if type(element) is list and element[0] is None else element
        key: Any = value["key"] if type(value) is dict and "key" in value else _key(element)
        if type(key) is list:
            key = key[1] if key[0] is None else force(key)
        if keys.add(key, element):
            found.append(element)
            work += _successors(operator, element)
    return tuple(found)


def _key(element: Lazy) -> Lazy:
    try:
        return get_attr(force_attrs(element, ""), "key", "")
    except NixError:
        error_context = f"in genericClosure element {_show(element)}"
        raise


def _successors(operator: Value, element: Lazy) -> Any:
    """A list."""
    try:
        items: Any = operator(element) if type(operator) is FunctionType else call(operator, element)
        if type(items) is not tuple:
            items = force_list(
                items, "while evaluating the return value of the `operator` passed to builtins.genericClosure"
            )
        for item in items:
            if type(item) is list and item[0] is not None:
                force(item)
    except NixError:
        error_context = f"while calling operator on genericClosure element {_show(element)}"
        raise
    return items


def _show(element: Lazy) -> str:
    from nixlite.runtime.messages import show_short  # only on the way to an error

    return show_short(element)


SIMPLE: dict[type, str] = {int: "int", str: "string", ContextString: "string", NixPath: "path"}


class Keys:
    """The keys seen so far, with their elements.

    A Python set does as long as all keys are integers, strings or paths of one kind. For anything else, and
    to fail on the same pair of keys as C++ Nix, they go into a red-black tree as `std::map` has it.
    `last`: the type of the last key, if those of its type go into the set as they are.
    """

    def __init__(self) -> None:
        self.kind: str | None = None
        self.last: type | None = None
        self.simple: set[Any] = set()
        self.entered: list[tuple[Value, Lazy]] = []
        self.tree: Tree | None = None

    def add(self, key: Value, element: Lazy) -> bool:
        """Enter a forced key; False if an equal one is there. Raises EvalError if it cannot be compared."""
        plain = key
        if type(key) is not self.last:  # as a rule it is
            if not self.takes(key):
                return _insert(self.as_tree(), key, element)
            plain = _plain(key)
        if plain in self.simple:
            return False
        self.simple.add(plain)
        self.entered.append((key, element))
        return True

    def takes(self, key: Value) -> bool:
        """Whether the set does for a key, too."""
        kind = SIMPLE.get(type(key))
        if self.tree is not None or kind is None or self.kind not in (None, kind):
            return False
        self.kind = kind
        self.last = type(key) if kind == "int" or type(key) is str else None
        return True

    def as_tree(self) -> Tree:
        """The tree, with all keys so far in it."""
        if self.tree is None:
            self.tree, self.last = Tree(), None
            for key, element in self.entered:
                self.tree.insert(key, element)
        return self.tree


def _plain(key: Any) -> Any:
    kind = type(key)
    if kind is ContextString:
        return key.text
    return key.path if kind is NixPath else key


def _insert(tree: Tree, key: Value, element: Lazy) -> bool:
    """Two Python frames for two lines of the trace: the new element, and the one it clashes with."""
    try:
        return _insert_against(tree, key, element)
    except NixError as error:
        clash = tree.clash(key, error)
        verb = "comparing" if clash is not None else "checking key of"
        error_context = f"while {verb} element {_show(element)}"
        raise


def _insert_against(tree: Tree, key: Value, element: Lazy) -> bool:
    try:
        return tree.insert(key, element)
    except NixError as error:
        clash = tree.clash(key, error)
        error_context = "" if clash is None else f"with element {_show(clash.element)}"
        raise


class Node:
    """A key in the tree."""

    __slots__ = ("element", "key", "left", "parent", "red", "right")

    def __init__(self, key: Value, element: Lazy, parent: Node | None) -> None:
        self.key = key
        self.element = element
        self.parent = parent
        self.left: Node | None = None
        self.right: Node | None = None
        self.red = True


class Tree:
    """A red-black tree ordered by `less_than`."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.clashed: tuple[NixError, Node | None] | None = None

    def insert(self, key: Value, element: Lazy) -> bool:
        """Enter a key unless an equal one is there; compares with the same keys as `std::map::insert`."""
        parent, below = None, self.root
        to_left = False
        while below is not None:
            parent = below
            to_left = less_than(key, below.key)
            below = below.left if to_left else below.right
        if parent is not None:
            before = _previous(parent) if to_left else parent
            if before is not None and not less_than(before.key, key):
                return False
        node = Node(key, element, parent)
        if parent is None:
            self.root = node
        elif to_left:
            parent.left = node
        else:
            parent.right = node
        self._rebalance(node)
        return True

    def clash(self, key: Value, error: NixError) -> Node | None:
        """The first node in order that *key* cannot be compared with; found once for each *error*."""
        if self.clashed is None or self.clashed[0] is not error:
            self.clashed = (error, self._find_clash(key))
        return self.clashed[1]

    def _find_clash(self, key: Value) -> Node | None:
        node = self.root
        while node is not None and node.left is not None:
            node = node.left
        while node is not None:
            try:
                less_than(key, node.key)
            except NixError:
                return node
            node = _next(node)
        return None

    def _rebalance(self, node: Node) -> None:
        while node.parent is not None and node.parent.red:
            parent = node.parent
            grand = parent.parent
            if grand is None:
                break
            on_left = parent is grand.left
            uncle = grand.right if on_left else grand.left
            if uncle is not None and uncle.red:
                parent.red = uncle.red = False
                grand.red = True
                node = grand
                continue
            if node is (parent.right if on_left else parent.left):
                node, parent = parent, node
                self._rotate(node, to_left=on_left)
            parent.red = False
            grand.red = True
            self._rotate(grand, to_left=not on_left)
        if self.root is not None:
            self.root.red = False

    def _rotate(self, node: Node, *, to_left: bool) -> None:
        """Put the right child (or the left one) in the place of *node*, and *node* below it."""
        child = node.right if to_left else node.left
        assert child is not None
        inner = child.left if to_left else child.right
        if to_left:
            node.right, child.left = inner, node
        else:
            node.left, child.right = inner, node
        if inner is not None:
            inner.parent = node
        child.parent, parent = node.parent, node.parent
        if parent is None:
            self.root = child
        elif parent.left is node:
            parent.left = child
        else:
            parent.right = child
        node.parent = child


def _previous(node: Node) -> Node | None:
    """The node just before *node* in order."""
    if node.left is not None:
        node = node.left
        while node.right is not None:
            node = node.right
        return node
    while node.parent is not None and node is node.parent.left:
        node = node.parent
    return node.parent


def _next(node: Node) -> Node | None:
    """The node just after *node* in order."""
    if node.right is not None:
        node = node.right
        while node.left is not None:
            node = node.left
        return node
    while node.parent is not None and node is node.parent.right:
        node = node.parent
    return node.parent
