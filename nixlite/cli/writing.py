"""Writing what was instantiated to a store: `nixlite instantiate --store DIR`, or `NIX_STORE_DIR`.

`--store DIR` means, as for Nix, that what is called `/nix/store` lies in `DIR/nix/store`. Nix believes in a
store object only if its database knows of it: an installed `nix-store` is told at once; for others a
registration is left in `DIR/nix-path-registration`, to be read with

    nix-store --store DIR --load-db < DIR/nix-path-registration

A `NIX_STORE_DIR` is itself the place, and is part of every path.
"""

from __future__ import annotations

import posixpath

from nixlite.drives import DRIVES, system_path
from nixlite.errors import EvalError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from nixlite.cli.command import Command
    from nixlite.store.store import Store

REGISTRATION = "nix-path-registration"


def root_of(command: Command, uri: str) -> str | None:
    """The directory that `--store` names: a path or `local?root=PATH`; None for all other stores."""
    uri = uri.removeprefix("local?root=")
    if "/" not in uri or "://" in uri:
        return None
    root = posixpath.normpath(posixpath.join(command.settings.cwd, uri))
    return system_path(root) if DRIVES else root


def write_objects(command: Command, store: Store, uri: str, roots: Iterable[str] | None) -> None:
    """Write *roots* (by default everything) and what they need, if the command line names a store to write.

    Raises EvalError when the disk refuses.
    """
    root = root_of(command, uri)
    if root is None and not command.host.get_env("NIX_STORE_DIR"):
        return
    from nixlite.store.export import registration, write_store

    paths = write_store(store, (root or "") + store.store_dir, roots)
    leave_registration(command, root, registration(store, paths))


def leave_registration(command: Command, root: str | None, text: str) -> None:
    """Tell of objects that were written: an installed Nix, and in the directory *root*, if that is not None,
    whoever reads the registration. Raises EvalError when the disk refuses."""
    from nixlite.installed.commands import register

    if root is not None:
        try:
            with open(f"{root}/{REGISTRATION}", "a", encoding="utf-8", errors="surrogateescape") as file:
                file.write(text)
        except OSError as error:
            raise EvalError(f'opening file "{root}/{REGISTRATION}": {error.strerror}') from None
    reason = register(command.host, text, root)
    if reason is not None:
        command.settings.warn(f"the installed Nix could not register what was written: {reason}")
