"""What the page needs of npm: Pyodide, the editor, and what bundles scripts.

`npm/package-lock.json` pins every package with the SHA-512 of its archive. npm compares that when it
installs; no script of a package is run. The packages lie in the user's cache directory, a folder for each
lock file, and are fetched once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from nixlite.errors import NixError, UsageError
from nixlite.resources import cache_home

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "npm")
FILES = ("package.json", "package-lock.json")
DONE = ".nixlite-done"
MINUTES = 10
NEEDED = "Node.js with npm is needed to build the playground: install it, or let NIXLITE_NPM name it"


class Packages:
    """Installed packages; `folder` is their `node_modules`."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def file(self, *parts: str) -> str:
        """The path of a file of a package. Raises NixError where there is none."""
        path = os.path.join(self.folder, *parts)
        if not os.path.isfile(path):
            raise NixError(
                f"the packages in '{self.folder}' lack '{'/'.join(parts)}'",
                hint="Remove that folder: the packages are fetched anew then.",
            )
        return path

    def version(self, package: str) -> str:
        """The version of a package."""
        with open(self.file(package, "package.json"), encoding="utf-8") as file:
            return str(json.load(file)["version"])

    def run(self, script: str, words: Sequence[str], cwd: str) -> None:
        """Run a script with Node.js; it may import the packages. Raises NixError with what it writes."""
        environment = {**os.environ, "NODE_PATH": self.folder}
        called([program("node"), script, *words], cwd, environment)


def program(name: str) -> str:
    """The path of `node` or `npm`; `NIXLITE_NODE`, `NIXLITE_NPM` name others. Raises NixError."""
    found = shutil.which(os.environ.get(f"NIXLITE_{name.upper()}") or name)
    if found is None:
        raise NixError(f"there is no '{name}'", hint=f"{NEEDED}.")
    return found


def lock_key(place: str = PLACE) -> str:
    """What tells these packages from others: a hash of the lock file."""
    digest = hashlib.sha256()
    for name in FILES:
        with open(os.path.join(place, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:16]


def install(cache: str | None = None, place: str = PLACE) -> Packages:
    """The packages, fetched if they are not there yet. *cache*: the directory for them, in place of the
    user's. Raises NixError where there is no npm, and for what it does not manage."""
    home = cache or cache_home()
    if home is None:
        raise UsageError(
            "there is no home directory to keep the packages in; HOME or XDG_CACHE_HOME names one"
        )
    folder = os.path.join(home, "playground", lock_key(place))
    if not os.path.exists(os.path.join(folder, DONE)):
        npm = program("npm")
        program("node")
        os.makedirs(folder, exist_ok=True)
        for name in FILES:
            shutil.copyfile(os.path.join(place, name), os.path.join(folder, name))
        called([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)
        with open(os.path.join(folder, DONE), "w", encoding="utf-8"):
            pass
    return Packages(os.path.join(folder, "node_modules"))


def called(words: Sequence[str], cwd: str, env: dict[str, str] | None = None) -> None:
    """Run a program to its end. Raises NixError with what it said."""
    try:
        done = subprocess.run(
            words, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=60 * MINUTES
        )
    except subprocess.TimeoutExpired:
        raise NixError(f"'{os.path.basename(words[0])}' took longer than {MINUTES} minutes") from None
    if done.returncode:
        raise NixError(told(words, done.stderr or done.stdout))


def told(words: Sequence[str], text: str) -> str:
    """What to say of a program that failed."""
    name = os.path.basename(words[0])
    if "EINTEGRITY" in text:
        return f"a package is not the one that was pinned, so it is not used:\n{text.strip()}"
    return f"'{name}' failed:\n{text.strip()}"
