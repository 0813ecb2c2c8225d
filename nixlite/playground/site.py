"""The playground as a folder of files that any host can show, also below a path.

    index.html, sw.js                  ask for these anew
    _headers                           what some hosts read: the headers that interrupting needs
    page-HASH/                         scripts, style, the archive: never changes under that name
    pyodide-VERSION/                   Python

Nothing in them names a host or an absolute path.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import UsageError
from nixlite.playground.archive import archive, contents
from nixlite.playground.packages import PLACE, install

if TYPE_CHECKING:
    from nixlite.playground.packages import Packages

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page")
BOOT = os.path.join(os.path.dirname(PAGE), "boot.py")
STYLES = ("base.css", "editor.css", "panes.css")
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
PLAIN = ("icon.svg", "manifest.json")
ARCHIVE, SNAPSHOT = "archive.bin", "snapshot.bin"
FIRST: list[dict[str, Any]] = [
    {
        "do": "evaluate",
        "files": {"a.nix": 'rec { a = 1; b = map (x: x + 1) [ a ]; c = throw "x"; }'},
        "main": "a.nix",
    },
    {"do": "check", "file": "a.nix"},
    {"do": "open", "path": ["b"]},
    {"do": "why", "main": "a.nix", "path": ["a"]},
]
"""What a page asks first; the modules that this needs are compiled when the site is built."""
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What makes a page isolated, so that it may share memory with its worker (HTML: cross-origin isolation)."""

MARK = "nixlite-playground"
"""The file by which a folder is known as one that a playground was built in."""


class Site(NamedTuple):
    """A site that was built: its folder, the folders of page and Python in it, and all its files."""

    folder: str
    page: str
    python: str
    files: list[str]


def build(folder: str, cache: str | None = None) -> Site:
    """Build the site in *folder*, which is new, empty, or has an older one. Raises UsageError for another,
    and the errors of `packages.install`."""
    check_folder(folder)
    packages = install(cache)
    python = f"pyodide-{packages.version('pyodide')}"
    with tempfile.TemporaryDirectory(prefix="nixlite-page-") as made:
        bundle(packages, made, python)
        pack(packages, made)
        os.chmod(made, 0o755)
        page = f"page-{digest(made)}"
        empty(folder)
        shutil.copytree(made, os.path.join(folder, page))
    os.mkdir(os.path.join(folder, python))
    for name in PYODIDE:
        shutil.copyfile(packages.file("pyodide", name), os.path.join(folder, python, name))
    write_root(folder, page, python)
    return Site(folder, page, python, files_of(folder))


def check_folder(folder: str) -> None:
    """Raise UsageError for a folder that holds something else."""
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise UsageError(f"'{folder}' is no folder")
    if os.path.isdir(folder) and os.listdir(folder) and not os.path.exists(os.path.join(folder, MARK)):
        raise UsageError(
            f"'{folder}' is not empty, and no playground was built there",
            hint="Name a new folder: what is in an older playground's would be removed.",
        )


def empty(folder: str) -> None:
    """Make the folder, without what an older site had in it."""
    if os.path.isdir(folder):
        shutil.rmtree(folder)
    os.makedirs(folder)


def bundle(packages: Packages, folder: str, python: str) -> None:
    """Put scripts and styles there, each one file, as small as they can be."""
    common = [
        "--bundle",
        "--minify",
        "--format=esm",
        "--target=es2022",
        "--legal-comments=none",
        "--log-level=warning",
    ]
    scripts = {"app.js": "js/main.js", "worker.js": "worker.js"}
    for name, source in scripts.items():
        words = [os.path.join(PAGE, *source.split("/")), *common, f"--outfile={os.path.join(folder, name)}"]
        if name == "worker.js":
            words.append(f"--define:__PYODIDE__={json.dumps(f'../{python}/')}")
        packages.run(packages.file("esbuild", "bin", "esbuild"), words, folder)
    style = "".join(read(os.path.join("css", name)) for name in STYLES)
    plain = os.path.join(folder, "all.css")
    write(plain, style)
    packages.run(
        packages.file("esbuild", "bin", "esbuild"),
        [plain, "--minify", "--log-level=warning", f"--outfile={os.path.join(folder, 'style.css')}"],
        folder,
    )
    os.remove(plain)
    for name in PLAIN:
        shutil.copyfile(os.path.join(PAGE, name), os.path.join(folder, name))
    shutil.copyfile(BOOT, os.path.join(folder, "boot.py"))


def pack(packages: Packages, folder: str) -> None:
    """Put nixlite there, as the page loads it: see `npm/pack.mjs`."""
    with tempfile.TemporaryDirectory(prefix="nixlite-pack-") as made:
        sources, questions = os.path.join(made, "sources.zip"), os.path.join(made, "questions.json")
        with open(sources, "wb") as file:
            file.write(archive(contents()))
        write(questions, json.dumps(FIRST))
        python = os.path.dirname(packages.file("pyodide", "pyodide.mjs"))
        script = os.path.join(PLACE, "pack.mjs")
        words = [python, sources, BOOT, questions, folder]
        packages.run(script, words, made)


def write_root(folder: str, page: str, python: str) -> None:
    """Write what lies beside page and Python."""
    text = read("index.html").replace("{assets}", f"{page}/").replace("{pyodide}", f"{python}/")
    write(os.path.join(folder, "index.html"), text)
    files = ["./", *[name for name in files_of(folder) if name != "index.html"]]
    version = page.removeprefix("page-")
    head = f"const VERSION = {json.dumps(version)}, FILES = {json.dumps(files)};\n"
    write(os.path.join(folder, "sw.js"), head + read("sw.js"))
    rows = "".join(f"  {name}: {value}\n" for name, value in HEADERS.items())
    write(os.path.join(folder, "_headers"), f"/*\n{rows}")
    write(os.path.join(folder, ".nojekyll"), "")
    write(os.path.join(folder, MARK), f"{page}\n{python}\n")


def files_of(folder: str) -> list[str]:
    """The files below a folder, relative to it, in order."""
    found = []
    for at, _, files in os.walk(folder):
        found += [os.path.relpath(os.path.join(at, name), folder).replace(os.sep, "/") for name in files]
    return sorted(found)


def digest(folder: str) -> str:
    """What tells the files in a folder from others."""
    files = {}
    for name in files_of(folder):
        with open(os.path.join(folder, name), "rb") as file:
            files[name] = file.read()
    return digest_of(files)


def digest_of(files: dict[str, bytes]) -> str:
    """What tells files, by their names, from others."""
    made = hashlib.sha256()
    for name, content in sorted(files.items()):
        made.update(f"{name} {len(content)}\n".encode())
        made.update(content)
    return made.hexdigest()[:12]


def read(name: str) -> str:
    """The text of a file of the page."""
    with open(os.path.join(PAGE, name), encoding="utf-8") as file:
        return file.read()


def write(path: str, text: str) -> None:
    """Put a text there."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
