"""`builtins.getFlake`: evaluating a flake with its inputs as its lock file has them.

Manual: Built-ins, `getFlake`; `nix flake`.
"""

from __future__ import annotations

from nixlite.builtins.registry import builtin, part_of
from nixlite.errors import EvalError
from nixlite.runtime.call import call
from nixlite.runtime.expect import force_attrs, force_string_no_context
from nixlite.runtime.symbols import make_symbol, make_symbols
from nixlite.runtime.values import PrimOp
from nixlite.source import NO_PLACE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.flakes.locking import LockedFlake
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value


@builtin("getFlake", args=("args",), state=True)
def get_flake_builtin(args: Lazy, state: State) -> Value:
    """Fetch a flake and return its outputs together with `inputs`, `outPath`, `rev` and the like:
    `(builtins.getFlake "path:/home/me/project").packages`.

    The lock file is not written; in pure evaluation the reference must be locked. Raises EvalError.
    Manual: Built-ins, `getFlake`.
    """
    text = force_string_no_context(args, "while evaluating the argument passed to builtins.getFlake")
    return flake_of(state, text)


def flake_of(state: State, text: str) -> dict[str, Lazy]:
    """What `getFlake` gives for a reference."""
    from nixlite.flakes.locking import LockFlags, lock_flake  # flakes are seldom wanted
    from nixlite.flakes.reading import parse_ref

    ref = parse_ref(state, text)
    pure = state.settings.pure_eval
    if pure and not ref.source.is_locked:
        raise EvalError(
            f"cannot call 'getFlake' on unlocked flake reference '{text}',"
            f" at {NO_PLACE} (use --impure to override)"
        )
    flags = LockFlags(
        update=False,
        write=False,
        allow_unlocked=not pure,
        trusted=False,
        registries=not pure and bool(state.settings.get("use-registries", True)),
    )
    return call_flake(state, lock_flake(state, ref, flags))


def call_flake(state: State, locked: LockedFlake) -> dict[str, Lazy]:
    """The value of a locked flake: what the function in `stdlib/call-flake.nix` makes of its lock file."""
    from nixlite.flakes.lock_graph import lock_text as text_of
    from nixlite.flakes.lock_graph import lock_to_json

    if "flakes" not in state.settings.features:
        raise EvalError(
            "experimental Nix feature 'flakes' is disabled; add "
            "'--extra-experimental-features flakes' to enable it"
        )
    keys = lock_to_json(locked.root)[1]
    overrides: dict[str, Lazy] = {
        keys[number]: override(state, locked, number, keys[number])
        for number in locked.trees
        if number in keys
    }
    function: Any = state.internal("call-flake")
    for argument in (text_of(locked.root), overrides, fetcher(state)):
        function = call(function, argument)
    flake: dict[str, Lazy] = function
    return flake


def override(state: State, locked: LockedFlake, number: int, key: str) -> dict[str, Lazy]:
    """What is known of a node that was fetched: of the tree, and the directory of the node in it.

    The names that Nix makes for it are numbered, *key*, its name in the lock file, among them.
    """
    from nixlite.builtins.fetchers import tree_attributes

    tree, directory, node = locked.trees[number]
    is_root = node is locked.root
    if not is_root and node.locked is not None:
        tree = tree._replace(source=node.locked.source, count_revisions=None)
    make_symbol("sourceInfo")
    info = tree_attributes(state, tree)
    make_symbols(("dir", key))
    if not is_root and tree.source.nar_hash is None:  # `path:./x`
        del info["narHash"]
    if is_root and locked.flake.dirty:
        for name in ("rev", "shortRev", "revCount"):
            info.pop(name, None)
    return {"sourceInfo": info, "dir": directory.removeprefix(tree.path).lstrip("/")}


def fetcher(state: State) -> PrimOp:
    """The function that fetches what a lock file describes."""

    @part_of("fetchFinalTree")
    def fetch_final_tree(attrs: Lazy) -> Value:
        return final_tree(state, attrs)

    return PrimOp("fetchFinalTree", fetch_final_tree, ("input",), "")


def final_tree(state: State, lazy: Lazy) -> dict[str, Lazy]:
    """Fetch the tree of a locked input. What is known of it is what the lock file says.

    Raises EvalError where the tree turns out to be another one.
    """
    from nixlite.builtins.fetchers import attributes_of, tree_attributes
    from nixlite.fetch.inputs import Input, input_from_attrs
    from nixlite.fetch.trees import check_uri
    from nixlite.flakes.reading import fetch_mounted

    values = force_attrs(lazy, "")
    source = input_from_attrs(attributes_of(state, values, "fetchTree"), state.settings.features)
    check_uri(state, str(source))
    tree = fetch_mounted(state, source)
    found = tree.source.attrs
    for name, value in sorted(source.attrs.items()):
        if name != "narHash" and found.get(name, value) != value:
            specified, got = (Input({**attrs, "__final": True}).json() for attrs in (source.attrs, found))
            raise EvalError(f"mismatch in field '{name}' of input '{specified}', got '{got}'")
    return tree_attributes(state, tree._replace(source=source, count_revisions=None))
