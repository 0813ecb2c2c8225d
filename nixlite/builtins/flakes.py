"""`builtins.getFlake`: evaluating a flake with its inputs as its lock file has them.

Manual: Built-ins, `getFlake`; `nix flake`.
"""

from __future__ import annotations

from nixlite.builtins.registry import builtin
from nixlite.errors import AssertionFailed, EvalError
from nixlite.runtime.call import call
from nixlite.runtime.coerce import normalise
from nixlite.runtime.expect import force_attrs, force_string_no_context
from nixlite.runtime.thunk import delay, force
from nixlite.runtime.values import ContextString, FunctionType, NixPath, PrimOp, PrimOpApp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.builtins.flake_lock import LockedFlake
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value
    from nixlite.store.fetch.lock import LockNode


@builtin("getFlake", args=("args",), state=True)
def get_flake_builtin(state: State, args: Lazy) -> Value:
    """Fetch a flake and return its outputs together with `inputs`, `outPath`, `rev` and the like:
    `(builtins.getFlake "path:/home/me/project").packages`.

    The lock file is not written; in pure evaluation the reference must be locked. Raises EvalError.
    Manual: Built-ins, `getFlake`.
    """
    from nixlite.builtins.flake_lock import LockFlags, lock_flake  # flakes are seldom wanted
    from nixlite.builtins.flake_nix import parse_ref

    text = force_string_no_context(args, "while evaluating the argument passed to builtins.getFlake")
    ref = parse_ref(state, text)
    pure = state.settings.pure_eval
    if pure and not ref.source.is_locked:
        raise EvalError(
            f"cannot call 'getFlake' on unlocked flake reference '{text}',"
            " at «none»:0 (use --impure to override)"
        )
    return call_flake(state, lock_flake(state, ref, LockFlags(False, False, allow_unlocked=not pure)))


def call_flake(state: State, locked: LockedFlake) -> dict[str, Lazy]:
    """The value of a locked flake."""
    from nixlite.store.fetch.lock import LockNode, all_inputs

    if "flakes" not in state.settings.features:
        raise EvalError(
            "experimental Nix feature 'flakes' is disabled; add "
            "'--extra-experimental-features flakes' to enable it"
        )
    flakes = LockedFlakes(state, locked)
    for edge in all_inputs(locked.root).values():
        if isinstance(edge, LockNode):
            flakes.cell(edge)
    value = force(flakes.cell(locked.root))
    assert type(value) is dict  # what `LockedFlakes.evaluate` returns
    return value


class LockedFlakes:
    """The values of a lock file's nodes, each computed when it is asked for."""

    def __init__(self, state: State, locked: LockedFlake) -> None:
        self.state = state
        self.locked = locked
        self.cells: dict[int, Lazy] = {}
        self.places: dict[int, tuple[dict[str, Lazy], str]] = {}

    def cell(self, node: LockNode) -> Lazy:
        """The value of a node."""
        if id(node) not in self.cells:
            self.cells[id(node)] = delay(self.evaluate, node)  # type: ignore[arg-type]
        return self.cells[id(node)]

    def place(self, node: LockNode) -> tuple[dict[str, Lazy], str]:
        """What is known of a node's tree, and the directory of the node in it. The tree is fetched."""
        if id(node) not in self.places:
            self.places[id(node)] = self.find_place(node)
        return self.places[id(node)]

    def find_place(self, node: LockNode) -> tuple[dict[str, Lazy], str]:
        """As `place`, looked up in what was fetched to lock the flake, or fetched as the lock file says."""
        from nixlite.builtins.fetchers import tree_attributes
        from nixlite.builtins.flake_nix import below, fetch_mounted
        from nixlite.store.fetch.lock import find_input

        known = self.locked.trees.get(id(node))
        if known is not None:
            info = tree_attributes(self.state, known[0])
            if node is self.locked.root and self.locked.flake.dirty:
                for name in ("rev", "shortRev", "revCount"):
                    info.pop(name, None)
            return info, known[1]
        assert node.locked is not None  # the root is known
        if node.locked.is_relative:
            parent = find_input(self.locked.root, node.parent or ())
            assert parent is not None  # as the lock file was checked
            info, directory = self.place(parent)
            parts = [directory, node.locked.source.required_text("path"), node.locked.subdir]
            return info, "/".join([part for part in parts if part])  # with `./`, as Nix shows it
        tree = fetch_mounted(self.state, node.locked.source)
        return tree_attributes(self.state, tree), below(tree.path, node.locked.subdir)

    def evaluate(self, node: LockNode) -> dict[str, Lazy]:
        """The value of a node: its outputs with what is known of it."""
        info, directory = self.place(node)
        root: Any = info["outPath"]
        out_path = ContextString(directory, root.context)
        if not node.is_flake:
            return {**info, "sourceInfo": info, "outPath": out_path}
        flake: Any = self.state.import_file(NixPath(normalise(directory + "/flake.nix")))
        function = force(flake["outputs"]) if "outputs" in flake else None
        if type(function) not in (FunctionType, PrimOp, PrimOpApp):
            raise AssertionFailed("assertion 'builtins.isFunction flake.outputs' failed")
        inputs = {name: self.input_cell(edge) for name, edge in sorted(node.inputs.items())}
        outputs = delay(call, function, {**inputs, "self": self.cell(node)})
        return {
            **force_attrs(outputs, ""),
            **info,
            "outPath": out_path,
            "inputs": inputs,
            "outputs": outputs,
            "sourceInfo": info,
            "_type": "flake",
        }

    def input_cell(self, edge: Any) -> Lazy:
        """The value at an edge."""
        from nixlite.store.fetch.lock import find_input

        node = find_input(self.locked.root, edge) if isinstance(edge, tuple) else edge
        assert node is not None  # as the lock file was checked
        return self.cell(node)
