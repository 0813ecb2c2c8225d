"""The learner's editor."""

from __future__ import annotations

import os
import shlex
import subprocess


def edit(path: str) -> str:
    """Open a file in `$VISUAL` or `$EDITOR` and wait until that is done; what went wrong, else nothing."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    if not editor:
        return f"Set EDITOR, or open {path} in any editor: each save is checked."
    try:
        done = subprocess.run([*shlex.split(editor), path], check=False)
    except (OSError, ValueError) as error:
        return f"cannot start the editor '{editor}': {getattr(error, 'strerror', None) or error}"
    return f"the editor '{editor}' ended with exit code {done.returncode}" if done.returncode else ""
