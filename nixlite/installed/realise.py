"""Realising a string context: seeing to it that the store paths of a path's text are there to be read.

nixlite never builds itself. Sources and `.drv` files are in its own store as soon as they are computed; an
output of a derivation is there when an installed Nix has built it, which it is asked to do if need be. In
read-only mode, `nix-instantiate --eval` without `--read-write-mode`, Nix computes paths but adds nothing, so
only what lies on disk is there, and what was fetched.
"""

from __future__ import annotations

from nixlite.errors import EvalError, ImportFromDerivation
from nixlite.runtime.coerce import coerce_to_path
from nixlite.spelling import normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy


def realise_path(state: State, x: Lazy) -> str:
    """The path that *x* means, what its context needs being there (`readFile`, `import`, `pathExists`, …).

    A context is handed to `realise_context`, which sees to it that the outputs exist and returns the
    replacements for placeholders in the text.
    """
    path, context = coerce_to_path(state, x, "while realising the context of a path")
    if not context:
        return path
    return _realised(state, path, context)


def _realised(state: State, path: str, context: frozenset[str]) -> str:
    error_context = f"while realising the context of path '{path}'"
    rewrites = realise_context(state, context)
    for old, new in rewrites.items():
        path = path.replace(old, new)
    return normalise(path)


def realise_context(state: State, context: frozenset[str]) -> dict[str, str]:
    """Check that everything in *context* is there, and let guarded hosts show it; returns what to replace in
    the text: placeholders of outputs whose path is only known after building.

    Raises EvalError for a path that is not valid and for an output that would have to be built.
    """
    built = []
    for element in sorted(context):
        if element.startswith("!"):
            _, output, drv_path = element.split("!", 2)
            built.append((output, drv_path.rpartition("!")[2]))
            require_valid(state, built[-1][1])
        else:
            path = element.removeprefix("=")
            require_valid(state, path)
            state.host.allow(path)
    rewrites: dict[str, str] = {}
    for output, drv_path in built:
        require_output(state, output, drv_path, rewrites)
    return rewrites


def require_valid(state: State, path: str) -> None:
    """Raise Nix's error unless the store path is there to be read."""
    if not state.store.is_valid(path):
        raise EvalError(f"path '{path.rpartition('/')[2]}' is not valid")


def require_output(state: State, output: str, drv_path: str, rewrites: dict[str, str]) -> None:
    """See to it that an output is there, by an installed Nix if it has not been built already.

    An output that has no path before it is built adds its placeholder and path to *rewrites*.
    Raises EvalError when it cannot be built.
    """
    store = state.store
    found = store.read_derivation(drv_path).outputs.get(output)
    path = found.path if found is not None else ""
    if not (path and store.contains(path)):
        if not state.settings.allow_import_from_derivation:
            raise ImportFromDerivation(
                f"cannot build '{drv_path}^{output}' during evaluation"
                " because the option 'allow-import-from-derivation' is disabled"
            )
        state.host.flush()
        from nixlite.installed.building import build_output  # hardly ever needed

        built = build_output(state.host, store, drv_path, output, platforms(state))
        if not path:
            rewrites[store.placeholder(drv_path, output)] = built
        path = built
    state.host.allow(path)


def platforms(state: State) -> list[str]:
    """The systems that are built for here, the machine's own first."""
    own = state.settings.system
    other = state.settings.get("extra-platforms", ["i686-linux"] if own == "x86_64-linux" else [])
    return [own, *other]
