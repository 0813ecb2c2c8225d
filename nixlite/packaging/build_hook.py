"""Part of the packaging, not of the program: puts what is computed into a wheel.

Hatch runs this when it builds one, so that an installed nixlite never computes the tables. A checkout and an
editable install compute them at first use and keep them in the user's cache directory.

The command is a script of ours, for what pip writes for an entry point imports `re`, which takes longer than
an evaluation. On Windows a script has no name that can be started: there it is an entry point, of which pip
makes `nixlite.exe`. So there are two wheels: one for Windows, built there or with `NIXLITE_FOR=windows`, and
one for all other systems; an installer takes the one whose tag says more.
"""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def is_for_windows() -> bool:
    """Which of the two wheels is built."""
    return os.environ.get("NIXLITE_FOR", os.name) in ("nt", "windows")


class TablesHook(BuildHookInterface[Any]):
    """Adds `nixlite/syntax/_tables.bin`, computed from `grammar/`, the command, and its manual pages."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compute the tables before the wheel is put together. An editable install gets none."""
        if is_for_windows():
            build_data["tag"] = "py3-none-win32.win_amd64.win_arm64"
        else:
            build_data["shared_scripts"][os.path.join(self.root, "nixlite/packaging/script.py")] = "nixlite"
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from nixlite.syntax import tables

        self.made_in = tempfile.mkdtemp(prefix="nixlite-build-")
        path = os.path.join(self.made_in, "tables.bin")
        tables.write(path)
        build_data["force_include"][path] = f"nixlite/syntax/{os.path.basename(tables.SHIPPED)}"
        if not is_for_windows():
            self.add_shared(build_data["shared_data"])

    def add_shared(self, shared: dict[str, str]) -> None:
        """Manual pages, and completion where shells look for it: made from the flags' tables."""
        from nixlite.cli.shell.completion import PLACES, script
        from nixlite.cli.shell.man import pages

        files = {f"share/man/man1/{name}": text for name, text in pages(self.metadata.version).items()}
        files |= {place: script(shell) for shell, place in PLACES.items()}
        for place, text in files.items():
            path = os.path.join(self.made_in, place.replace("/", "-"))
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            shared[path] = place

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what `initialize` made."""
        if version != "editable":
            import shutil

            shutil.rmtree(self.made_in)
