"""`nixlite learn new FOLDER`: a course to begin with, of three small lessons that keep all promises.

What is written is `stdlib/learn/template/`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from nixlite.errors import UsageError
from nixlite.learn.course import own_course


def make_course(place: str) -> list[str]:
    """Write a course into a folder, which must be new or empty; the paths of the files. Raises UsageError."""
    folder = Path(place)
    template = own_course() / "template"
    try:
        if folder.exists() and any(folder.iterdir()):
            raise UsageError(f"'{place}' is not empty; a course is begun in a new folder")
        shutil.copytree(template, folder, dirs_exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write to '{place}': {error.strerror}") from None
    return [str(path) for path in sorted(folder.rglob("*")) if path.is_file()]
