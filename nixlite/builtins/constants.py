"""Builtins that are no functions."""

from __future__ import annotations

from nixlite.builtins.registry import constant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy

NIX_VERSION = "2.34.8"
"""The version of Nix that nixlite does as."""

LANGUAGE_VERSION = 6


@constant("builtins", top_level=True)
def builtins_(state: State) -> Lazy:
    """The set of all built-in functions and values."""
    return state.builtins


@constant("true", top_level=True)
def true(state: State) -> Lazy:
    """The Boolean *true*; the name can be shadowed."""
    return True


@constant("false", top_level=True)
def false(state: State) -> Lazy:
    """The Boolean *false*; the name can be shadowed."""
    return False


@constant("null", top_level=True)
def null(state: State) -> Lazy:
    """The value *null*; the name can be shadowed."""
    return None


@constant("currentTime", impure=True)
def current_time(state: State) -> Lazy:
    """The Unix time at which the evaluation began, in seconds."""
    return state.started()


@constant("currentSystem", impure=True)
def current_system(state: State) -> Lazy:
    """The default system to build on: the setting `eval-system`, else `system`."""
    return state.settings.current_system


@constant("nixVersion")
def nix_version(state: State) -> Lazy:
    """The version of Nix."""
    return NIX_VERSION


@constant("storeDir")
def store_dir(state: State) -> Lazy:
    """The logical directory of the store, `/nix/store` as a rule."""
    return state.settings.store_dir


@constant("langVersion")
def lang_version(state: State) -> Lazy:
    """The version of the Nix language."""
    return LANGUAGE_VERSION


@constant("nixPath")
def nix_path(state: State) -> Lazy:
    """The entries through which lookup paths such as `<nixpkgs>` are found, in their order.

    Sets of `prefix` and `path`.
    """
    from nixlite.host.lookup_path import lookup_path

    entries = lookup_path(state.settings, state.host)
    return tuple([{"path": path, "prefix": prefix} for prefix, path in entries])
