"""`nixlite store add`: the store path that a file or directory would have. Manual: `nix store add`."""

from __future__ import annotations

from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, store, turn_on
from nixlite.cli.hash import TYPE, absolute, tree_at
from nixlite.cli.starting import start
from nixlite.errors import EvalError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

METHODS = ("nar", "flat", "git", "text")


def set_method(command: Any, words: list[str]) -> None:
    """`--mode`."""
    if words[0] not in METHODS:
        raise UsageError(f"Unknown file ingestion method '{words[0]}', expect `flat`, `nar`, or `git`")
    command.method = words[0]


FLAGS: Flags = {
    "--name": Flag("name", store("name"), "the name in the store (that of the file)", "-n"),
    "--mode": Flag(
        "content-address-method", set_method, "what is hashed: nar (the archive), flat, text or git"
    ),
    "--hash-algo": TYPE,
    "--dry-run": Flag("", turn_on("dry_run"), "only print the path"),
    **COMMON,
}


class StoreAdd(Command):
    """The command line of `nix store add`. The object is written where `--store DIR` says, as
    `nixlite instantiate` writes; or, with `--dry-run`, nowhere."""

    usage = (
        "nixlite store add [--name NAME] [--mode MODE] [--hash-algo ALGORITHM] (--dry-run | --store DIR) PATH"
    )
    description = "Print the store path that a file or directory has, and write it to a store directory."
    method = "nar"
    flags = FLAGS
    name = ""
    algorithm = "sha256"
    dry_run = False

    def run(self) -> int:
        """Print the path."""
        if len(self.words) > 1:
            raise UsageError(f"unexpected argument '{self.words[1]}'")
        if not self.words:
            raise UsageError("more arguments are required")
        from nixlite.cli.writing import root_of, write_objects

        uri = str(self.settings.get("store", ""))
        if not self.dry_run and root_of(self, uri) is None:
            raise EvalError(
                "nixlite has no store of its own: '--store DIR' writes there, '--dry-run' does not"
            )
        word = self.words[0]
        path = absolute(self, word)
        name = self.name or word.rpartition("/")[2]
        evaluator = start(self)
        objects = evaluator.state.store
        node = tree_at(self.host, path)
        if node.kind == "directory" and self.method in ("flat", "text"):
            raise EvalError("read of 4096 bytes: Is a directory")
        found = objects.add_tree(name, node, self.method, self.algorithm)
        if not self.dry_run:
            write_objects(self, objects, uri, [found])
        self.host.write_stdout(f"{found}\n")
        return 0


class StoreAddFile(StoreAdd):
    """`nix store add-file`, an old form."""

    usage = "nixlite store add-file [flags] PATH"
    method = "flat"


class StoreAddPath(StoreAdd):
    """`nix store add-path`, an old name."""

    usage = "nixlite store add-path [flags] PATH"
