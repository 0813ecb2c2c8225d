"""What `nixlite jobs` is asked for: the part of its command line that all processes of a run share."""

from __future__ import annotations

import os

from nixlite.cli.command import Command
from nixlite.cli.flake.locking import Locking
from nixlite.cli.writing import root_of
from nixlite.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.host.host import Host
    from nixlite.host.settings import Settings
    from nixlite.limits.budget import Budget


class Asking(Command):
    """A command line of `nixlite jobs` as it was read; `command.Jobs` does what it says."""

    program = "nixlite jobs"
    shows_progress = False  # there is a line of its own
    flake = False
    diff = False
    select = ""
    apply = ""
    everywhere = False
    meta = False
    input_drvs = False
    constituents = False
    bare = False
    sorted = False
    workers = 1
    max_memory_size = 4096
    no_fork = False
    cluster = ""
    shared_files = False
    no_result_cache = False
    store_uri = ""
    gc_roots_dir = ""

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.locking = Locking()
        self.expressions: list[str] = []
        self.bounds: dict[str, Any] = {}
        """What `limits.Limits` takes, for each attribute; `attr_seconds` is that, `seconds` of the run."""

    def read_input(self) -> None:
        """Read the standard input, if it is an argument: all evaluators of a run get the same."""
        from nixlite.host.real import RealHost

        wanted = any(kind == "arg-from-stdin" for kind, _ in self.auto_arguments.values())
        if wanted and isinstance(self.host, RealHost):
            self.host.stdin = self.host.read_stdin()

    def budget_of_one(self) -> Budget | None:
        """What the set itself, and then each attribute, may use; None for as much as it likes."""
        if not self.bounds:
            return None
        from nixlite.limits.budget import Budget, Limits

        bounds = {name: value for name, value in self.bounds.items() if name != "attr_seconds"}
        return Budget(Limits(**bounds))

    def store_directory(self) -> str:
        """Where store objects are written; "" for nowhere."""
        root = root_of(self, self.store_uri)
        if self.store_uri and root is None:
            raise UsageError(f"'--store' takes a directory, not '{self.store_uri}'")
        if root is None and not self.host.get_env("NIX_STORE_DIR"):
            return ""
        return (root or "") + self.settings.store_dir

    def roots_directory(self) -> str:
        """Where links to .drv files are made; "" for nowhere."""
        return os.path.join(self.settings.cwd, self.gc_roots_dir) if self.gc_roots_dir else ""
