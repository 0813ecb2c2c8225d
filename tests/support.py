"""What tests share: nixlite as a process of its own, threads that write at once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parent.parent


def nixlite(
    arguments: Sequence[str],
    *,
    cwd: Path | None = None,
    stdin: str = "",
    timeout: float = 60,
    variables: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the nixlite of this checkout with *arguments*; standard input is never the caller's.

    The lookup path and the configuration of whoever runs the tests have no say; the home directory, where
    compiled files are kept, is *cwd* when that is given. `XDG_CACHE_HOME` is not set then, as with most users.
    *variables* are set in its environment.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NIX_")}
    environment |= {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "TERM": "dumb"}
    if cwd is not None:
        environment["HOME"] = str(cwd)
        environment.pop("XDG_CACHE_HOME", None)
    environment |= variables or {}
    return subprocess.run(
        [sys.executable, "-m", "nixlite", *arguments],
        cwd=cwd,
        env=environment,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=timeout,
        check=False,
    )


def written_at_once(write: Callable[[bytes], None], read: Callable[[], bytes]) -> None:
    """Three threads write the same file; whoever reads it finds what one of them has written, whole."""
    size, wrong = 100_000, []
    write(b"0" * size)

    def go_on(letter: bytes) -> None:
        try:
            for _ in range(50):
                write(letter * size)
        except OSError as error:
            wrong.append(error)

    writers = [threading.Thread(target=go_on, args=(letter,)) for letter in (b"1", b"2", b"3")]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        found = read()
        assert (len(found), len(set(found))) == (size, 1)
    assert wrong == []
