"""Run nixlite as on Windows: `python -m tests.windows [--drive D:=FOLDER] ARGUMENT…`."""

from __future__ import annotations

import sys

from tests.windows.simulated import install


def main() -> None:
    words = sys.argv[1:]
    drives = {}
    while words[:1] == ["--drive"]:
        drive, _, folder = words[1].partition("=")
        drives[drive] = folder
        del words[:2]
    install(drives)
    sys.argv = ["nixlite", *words]
    from nixlite.__main__ import main as nixlite

    nixlite()


main()
