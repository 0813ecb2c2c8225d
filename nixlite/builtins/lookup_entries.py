"""What names a tree without being a file: entries of the lookup path, and file arguments, that are fetched.

`host.lookup_path` and the command line reach this by `State.operation`.
Manual: nix.conf, `nix-path`; `nix-instantiate`, "files".
"""

from __future__ import annotations

from nixlite.fetch.trees import channel_url, fetch_unseen, reach

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.runtime.state import State

FLAKE = "flake:"


def fetch_entry(state: State, text: str, *, trusted: bool) -> str:
    """The store path that a URL, `channel:NAME` or `flake:REFERENCE` means. Raises EvalError.

    *trusted*: the user has named it. Then an archive is fetched whatever pure or restricted evaluation
    allows, but it may not be read there; a flake may (Nix 2.34.8). What a program names (`findFile`) Nix
    fetches as well; here only if the program could have it from `fetchTarball` and `getFlake`.
    """
    if text.startswith(FLAKE):
        return flake_tree(state, text.removeprefix(FLAKE), trusted=trusted)
    from nixlite.fetch.inputs import Input

    url = channel_url(text)
    host = reach(state, url, trusted=trusted)
    return fetch_unseen(state, host, Input({"type": "tarball", "url": url, "name": "source"})).path


def flake_tree(state: State, reference: str, *, trusted: bool) -> str:
    """The tree that a flake is in; `dir` does not count."""
    from nixlite.fetch.inputs import require_feature
    from nixlite.flakes.reading import fetch_mounted, parse_ref

    require_feature("flakes", state.settings.features)
    return fetch_mounted(state, parse_ref(state, reference).source, trusted=trusted).path
