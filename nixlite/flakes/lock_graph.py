"""Lock files: which inputs a flake has, and exactly what each of them was when it was locked.

A lock file is a graph. A node is an input; its edges lead to its own inputs: to another node, or along a path
of names from the root that the input *follows*.
Manual: `nix flake`, "Lock files".
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias, Union

from nixlite.errors import EvalError, UsageError
from nixlite.fetch.inputs import FLAKE_ID, Attrs, Input, date_text, input_from_attrs, to_url

InputPath: TypeAlias = "tuple[str, ...]"
"""Names that lead from the root to an input."""
VERSION = 7


class FlakeRef(NamedTuple):
    """Where a flake is: an input, and the directory in it."""

    source: Input
    subdir: str = ""

    @property
    def is_relative(self) -> bool:
        """Whether this is `path:./…`, below the flake that says so."""
        return self.source.type == "path" and not self.source.required_text("path").startswith("/")

    def attrs(self) -> Attrs:
        """The attributes, `dir` among them."""
        return {**self.source.attrs, "dir": self.subdir} if self.subdir else dict(self.source.attrs)

    def canonical(self) -> Attrs:
        """The attributes to compare by; old lock files have `?dir=` in the URL as well."""
        attrs = self.attrs()
        url = attrs.get("url")
        if self.subdir and isinstance(url, str):
            attrs["url"] = url.replace(f"?dir={self.subdir}", "")
        attrs.pop("__final", None)
        return attrs

    def __str__(self) -> str:
        """The URL form."""
        url = to_url(self.source)
        if self.subdir:
            url.query.setdefault("dir", self.subdir)
        return str(url)


def ref_from_attrs(attrs: Attrs, features: frozenset[str]) -> FlakeRef:
    """A reference from attributes, `dir` among them."""
    rest = {name: value for name, value in attrs.items() if name != "dir"}
    source = input_from_attrs(rest, features)
    return FlakeRef(source, Input(attrs).text("dir") or "")


class LockNode:
    """A node of a lock file. The root has no references.

    *parent*: for `path:./…`, the path to the input whose tree it is in.
    """

    __slots__ = ("inputs", "is_flake", "locked", "original", "parent")

    def __init__(
        self,
        locked: FlakeRef | None = None,
        original: FlakeRef | None = None,
        is_flake: bool = True,
        parent: InputPath | None = None,
    ) -> None:
        self.inputs: dict[str, Edge] = {}
        self.locked = locked
        self.original = original
        self.is_flake = is_flake
        self.parent = parent


Edge: TypeAlias = Union[LockNode, "tuple[str, ...]"]


# --- writing


def lock_to_json(root: LockNode) -> tuple[dict[str, Any], dict[int, str]]:
    """A graph as a lock file has it, and the key of each node by its `id`."""
    nodes: dict[str, Any] = {}
    keys: dict[int, str] = {}
    key = dump_node("root", root, nodes, keys)
    return {"version": VERSION, "root": key, "nodes": nodes}, keys


def dump_node(name: str, node: LockNode, nodes: dict[str, Any], keys: dict[int, str]) -> str:
    """Add a node and what it leads to; returns its key: its name, with a number when that is taken."""
    if id(node) in keys:
        return keys[id(node)]
    key = name
    number = 2
    while key in nodes:
        key = f"{name}_{number}"
        number += 1
    keys[id(node)] = key
    row: dict[str, Any] = {}
    nodes[key] = row  # the key is taken from now on
    if node.inputs:
        row["inputs"] = {
            below: dump_node(below, edge, nodes, keys) if isinstance(edge, LockNode) else list(edge)
            for below, edge in sorted(node.inputs.items())
        }
    if node.locked is not None and node.original is not None:
        row["locked"] = node.locked.attrs()
        row["locked"].pop("__final", None)
        row["original"] = node.original.attrs()
        if not node.is_flake:
            row["flake"] = False
        if node.parent is not None:
            row["parent"] = list(node.parent)
    return key


def lock_text(root: LockNode) -> str:
    """A lock file's text."""
    import json

    return json.dumps(lock_to_json(root)[0], sort_keys=True, indent=2, ensure_ascii=False) + "\n"


# --- asking


def parse_input_path(text: str) -> InputPath:
    """`a/b` as ("a", "b"). Raises UsageError for names that no input can have."""
    parts = tuple([part for part in text.split("/") if part])
    for part in parts:
        if not FLAKE_ID.fullmatch(part):
            raise UsageError(f"invalid flake input attribute path element '{part}'")
    return parts


def find_input(root: LockNode, path: InputPath, visited: tuple[InputPath, ...] = ()) -> LockNode | None:
    """The node that a path of names leads to, None when there is none. Raises EvalError for a cycle."""
    if path in visited:
        cycle = [*visited[visited.index(path) :], path]
        raise EvalError("follow cycle detected: [" + " -> ".join(["/".join(one) for one in cycle]) + "]")
    node = root
    for name in path:
        edge = node.inputs.get(name)
        if isinstance(edge, tuple):
            edge = find_input(root, edge, (*visited, path))
        if edge is None:
            return None
        node = edge
    return node


def all_inputs(root: LockNode) -> dict[InputPath, Edge]:
    """Every edge by the path that leads to it, a node's own edges once."""
    found: dict[InputPath, Edge] = {}
    seen: set[int] = set()

    def visit(prefix: InputPath, node: LockNode) -> None:
        if id(node) in seen:
            return
        seen.add(id(node))
        for name, edge in sorted(node.inputs.items()):
            found[(*prefix, name)] = edge
            if isinstance(edge, LockNode):
                visit((*prefix, name), edge)

    visit((), root)
    return found


def check_follows(root: LockNode) -> None:
    """Raise EvalError where an input follows one that is not there."""
    for path, edge in sorted(all_inputs(root).items()):
        if isinstance(edge, tuple) and edge and find_input(root, edge) is None:
            raise EvalError(f"input '{'/'.join(path)}' follows a non-existent input '{'/'.join(edge)}'")


def first_unlocked(root: LockNode, *, dirty: bool = False) -> FlakeRef | None:
    """An input that nobody could fetch again just as it is, if there is one; *dirty*: a hash is enough."""
    for edge in all_inputs(root).values():
        locked = edge.locked if isinstance(edge, LockNode) else None
        if locked is None or locked.source.is_locked or locked.is_relative:
            continue
        if not dirty or locked.source.nar_hash is None:
            return locked
    return None


def difference(old: LockNode, new: LockNode) -> str:
    """What has changed, as Nix tells it."""
    before, after = all_inputs(old), all_inputs(new)
    lines = []
    for path in sorted({*before, *after}):
        name = "/".join(path)
        if path not in before:
            lines.append(f"• Added input '{name}':\n    {describe(after[path])}")
        elif path not in after:
            lines.append(f"• Removed input '{name}'")
        elif identity(before[path]) != identity(after[path]):
            lines.append(
                f"• Updated input '{name}':\n    {describe(before[path])}\n  → {describe(after[path])}"
            )
    return "\n".join(lines)


def identity(edge: Edge) -> object:
    """What differs where two edges are not the same. Nix tells what was read from a lock file, which is
    final, from what was not, even where the two look alike: relative inputs."""
    if isinstance(edge, tuple):
        return edge
    return None if edge.locked is None else edge.locked.attrs()


def describe(edge: Edge) -> str:
    """An edge in a difference: the URL with the date, or what is followed."""
    if isinstance(edge, tuple):
        return f"follows '{'/'.join(edge)}'"
    assert edge.locked is not None  # only the root has none, and no edge leads to it
    modified = edge.locked.source.integer("lastModified")
    if modified is None:
        return f"'{edge.locked}'"
    return f"'{edge.locked}' ({date_text(modified, '%Y-%m-%d')})"
