"""Commands of an installed Nix: what the REPL hands over to it, and telling it of objects in a store."""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.installed.building import import_objects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.host.host import Host
    from nixlite.store.store import Store


def give_to_nix(host: Host, store: Store, drv_path: str) -> None:
    """Have the installed Nix know the derivation, its inputs and their sources; NixError if it does not."""
    program = host.find_program("nix-store")
    if program is None:
        raise NixError("nixlite evaluates but does not build: for this it needs an installed Nix (nix-store)")
    reason = import_objects(host, program, store, [drv_path])
    if reason is not None:
        raise NixError(f"the installed Nix did not take the derivation: {reason}")


def run(host: Host, command: Sequence[str], *, capture: bool = False) -> str:
    """Run a command with the user's terminal; raises NixError when it fails.

    With *capture* what it prints is returned instead of shown.
    """
    program, *arguments = command
    try:
        done = host.run_program(program, arguments, capture="stdout" if capture else "none")
    except OSError as error:
        raise NixError(f"cannot start {program}: {error.strerror}") from None
    if done.code:
        raise NixError(f"{program} failed with exit code {done.code}")
    return done.stdout.decode() if capture else ""


def register(host: Host, registration: str, root: str | None) -> str | None:
    """Tell an installed Nix, if there is one, of the objects in a store.

    *registration*: see `store.export`. *root*: the directory that the store is in; None for Nix's own.
    Returns what it says when it fails.
    """
    program = host.find_program("nix-store")
    if program is None:
        return None
    store = ["--store", root] if root is not None else []
    data = registration.encode("utf-8", "surrogateescape")
    done = host.run_program(program, [*store, "--load-db"], data=data, capture="stderr")
    return done.stderr.decode("utf-8", "replace").strip() if done.code else None
