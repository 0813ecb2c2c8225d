"""Reading lock files: from JSON to the graph that `flakes.lock_graph` describes.

Manual: `nix flake`, "Lock files".
"""

from __future__ import annotations

from nixlite.errors import EvalError
from nixlite.flakes.lock_graph import VERSION, LockNode, ref_from_attrs
from nixlite.formats.json.outside import (
    MISSING,
    boolean,
    find,
    items,
    member,
    number_or,
    parse,
    text,
    texts,
    unsigned,
)
from nixlite.formats.json.reader import JsonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.fetch.inputs import Attrs
    from nixlite.flakes.lock_graph import FlakeRef

OLDEST = 5


class LockReader:
    """Reads one lock file. *dirty*: inputs that only their hash holds are taken as they are."""

    def __init__(self, features: frozenset[str], warn: Callable[[str], None]) -> None:
        self.features = features
        self.warn = warn
        self.root = LockNode()
        self.nodes: dict[str, LockNode] = {}
        self.rows: Any = None

    def read(self, data: bytes | str, place: str) -> LockNode:
        """The root of the graph. Raises EvalError in Nix's words, JsonTypeError for wrong kinds of values."""
        try:
            lock = parse(data)
        except JsonError as error:
            raise EvalError(f"Could not parse '{place}': {error.message}") from None
        version = number_or(lock, "version", 0)
        if not OLDEST <= version <= VERSION:
            raise EvalError(f"lock file '{place}' has unsupported version {version}")
        key = text(member(lock, "root"))
        self.nodes[key] = self.root
        self.rows = member(lock, "nodes")
        self.read_inputs(self.root, member(self.rows, key))
        return self.root

    def read_inputs(self, node: LockNode, row: Any) -> None:
        """The inputs of a node, and theirs: each node is read when it is first met."""
        todo = [(node, iter(items(no_input_is_null(find(row, "inputs")))))]
        while todo:
            node, rest = todo[-1]
            for name, target in rest:
                if type(target) is tuple:
                    node.inputs[name] = texts(target)
                    continue
                key = text(target)
                known = self.nodes.get(key)
                if known is self.root:
                    raise EvalError("lock file contains cycle to root node")
                if known is not None:
                    node.inputs[name] = known
                    continue
                row = find(self.rows, key)
                if row is MISSING:
                    raise EvalError(f"lock file references missing node '{key}'")
                known = self.nodes[key] = node.inputs[name] = self.read_node(row)
                todo.append((known, iter(items(no_input_is_null(find(row, "inputs"))))))
                break
            else:
                todo.pop()

    def read_node(self, row: Any) -> LockNode:
        """A node that is not the root, without its inputs."""
        locked = self.read_ref(row, "locked", "info")
        original = self.read_ref(row, "original")
        is_flake = find(row, "flake")
        parent = find(row, "parent")
        node = LockNode(
            locked,
            original,
            True if is_flake is MISSING else boolean(is_flake),
            None if parent is MISSING else texts(parent),
        )
        self.check_locked(locked)
        locked.source.attrs["__final"] = True  # what is locked is exactly that
        return node

    def read_ref(self, row: Any, name: str, more: str = "") -> FlakeRef:
        """A reference; *more* is where old lock files keep some of its attributes."""
        found = find(row, name)
        if found is MISSING:
            raise EvalError(f"attribute '{name}' missing in lock file")
        attrs = attrs_from_json(found)
        if more and find(row, more) is not MISSING:
            attrs |= attrs_from_json(find(row, more))
        return ref_from_attrs(attrs, self.features)

    def check_locked(self, locked: FlakeRef) -> None:
        """Raise EvalError, or warn, where a reference may mean something else tomorrow."""
        if locked.source.is_locked or locked.is_relative:
            return
        if locked.source.nar_hash is None:
            raise EvalError(
                f"Lock file contains unlocked input '{locked.source.json()}'. "
                "Use '--allow-dirty-locks' to accept this lock file."
            )
        self.warn(
            f"Lock file entry '{locked}' is unlocked (e.g. lacks a Git revision) but is checked by NAR hash. "
            "This is not reproducible and will break after garbage collection or when shared."
        )


def no_input_is_null(inputs: Any) -> Any:
    """The value of `inputs`, null where there is none."""
    return None if inputs is MISSING else inputs


def attrs_from_json(value: Any) -> Attrs:
    """The attributes of an input. Raises EvalError for values that none has."""
    attrs: Attrs = {}
    for name, item in items(value):
        if type(item) in (str, bool):
            attrs[name] = item
        elif type(item) in (int, float):
            attrs[name] = unsigned(item)
        else:
            raise EvalError("unsupported input attribute type in lock file")
    return attrs


def read_lock(
    data: bytes | str, place: str, features: frozenset[str], warn: Callable[[str], None]
) -> LockNode:
    """The root of the graph in a lock file; *place* is its name. Raises EvalError in Nix's words."""
    return LockReader(features, warn).read(data, place)
