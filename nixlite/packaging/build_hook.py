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
import zipfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NOT_INSTALLED = ("nixlite/docs", "nixlite/packaging")
"""Folders of the package that are there for those who have its sources."""


def is_for_windows() -> bool:
    """Which of the two wheels is built."""
    return os.environ.get("NIXLITE_FOR", os.name) in ("nt", "windows")


class TablesHook(BuildHookInterface[Any]):
    """Adds `nixlite/syntax/_tables.bin`, computed from `grammar/`, the command and its manual pages; also
    what pyproject.toml leaves to it: the modules without comments (see `stripping`), and the course."""

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
        self.add_modules(build_data["force_include"])
        self.add_course(build_data["force_include"])
        if not is_for_windows():
            self.add_shared(build_data["shared_data"])

    def add_modules(self, included: dict[str, str]) -> None:
        """The Python files of the package, but for those that make the wheel."""
        from nixlite.packaging.stripping import stripped

        for folder, folders, files in os.walk(os.path.join(self.root, "nixlite")):
            at = os.path.relpath(folder, self.root).replace(os.sep, "/")
            folders[:] = [name for name in folders if f"{at}/{name}" not in NOT_INSTALLED]
            for name in files:
                if not name.endswith(".py"):
                    continue
                with open(os.path.join(folder, name), "rb") as file:
                    text = stripped(f"{at}/{name}", file.read())
                made = os.path.join(self.made_in, "modules", at, name)
                os.makedirs(os.path.dirname(made), exist_ok=True)
                with open(made, "wb") as file:
                    file.write(text)
                included[made] = f"{at}/{name}"

    def add_course(self, included: dict[str, str]) -> None:
        """The course's files in one archive, which `resources.course_directory` unpacks. They are not
        compressed there, for the wheel then has them compressed together: a quarter of one by one."""
        course = os.path.join(self.root, "stdlib", "learn")
        made = os.path.join(self.made_in, "learn.zip")
        with zipfile.ZipFile(made, "w") as archive:
            for folder, folders, files in os.walk(course):
                folders.sort()
                for name in sorted(files):
                    path = os.path.join(folder, name)
                    info = zipfile.ZipInfo(os.path.relpath(path, course).replace(os.sep, "/"))
                    with open(path, "rb") as file:
                        archive.writestr(info, file.read())
        included[made] = "nixlite/_stdlib/learn.zip"

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
