"""Commands of an installed Nix: what the REPL hands over to it, and telling it of objects in a store."""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.installed.building import import_objects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.store.store import Store


def give_to_nix(store: Store, drv_path: str) -> None:
    """Have the installed Nix know the derivation, its inputs and their sources; NixError if it does not."""
    import shutil

    program = shutil.which("nix-store")
    if program is None:
        raise NixError("nixlite evaluates but does not build: for this it needs an installed Nix (nix-store)")
    reason = import_objects(program, store, [drv_path])
    if reason is not None:
        raise NixError(f"the installed Nix did not take the derivation: {reason}")


def run(command: Sequence[str], *, capture: bool = False) -> str:
    """Run a command with the user's terminal; raises NixError when it fails.

    With *capture* what it prints is returned instead of shown.
    """
    import subprocess

    try:
        done = subprocess.run(command, stdout=subprocess.PIPE if capture else None, check=False)
    except OSError as error:
        raise NixError(f"cannot start {command[0]}: {error.strerror}") from None
    if done.returncode:
        raise NixError(f"{command[0]} failed with exit code {done.returncode}")
    return done.stdout.decode() if capture else ""


def register(registration: str, root: str | None, path: str) -> str | None:
    """Tell an installed Nix, if one is in the search path *path*, of the objects in a store.

    *registration*: see `store.export`. *root*: the directory that the store is in; None for Nix's own.
    Returns what it says when it fails.
    """
    import shutil
    import subprocess  # both are slow to import

    program = shutil.which("nix-store", path=path)
    if program is None:
        return None
    store = ["--store", root] if root is not None else []
    done = subprocess.run(
        [program, *store, "--load-db"],
        input=registration.encode("utf-8", "surrogateescape"),
        stderr=subprocess.PIPE,
        check=False,
    )
    return done.stderr.decode("utf-8", "replace").strip() if done.returncode else None
