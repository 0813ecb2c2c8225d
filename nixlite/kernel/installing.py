"""Making the kernel known to Jupyter: a folder whose kernel.json says how it is started."""

from __future__ import annotations

import json
import os
import sys
import tempfile

from jupyter_client.kernelspec import KernelSpecManager

from nixlite.errors import NixError

NAME = "nixlite"
SHOWN = "Nix (nixlite)"


def spec() -> dict[str, object]:
    """What kernel.json says. Files of the notebook's folder are not taken for Python's modules (`-P`)."""
    start = [sys.executable, "-P", "-m", "nixlite", "kernel", "start", "--file", "{connection_file}"]
    return {
        "argv": start,
        "display_name": SHOWN,
        "language": "nix",
        "interrupt_mode": "signal",
        # ipykernel loads a debugger of Python's, which would write into consoles what it might miss.
        "env": {"PYDEVD_DISABLE_FILE_VALIDATION": "1"},
        "metadata": {"debugger": False},
    }


def install(prefix: str | None) -> str:
    """Install it for the user, or below a *prefix*; the folder. Raises NixError where it cannot."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "kernel.json"), "w", encoding="utf-8") as file:
            json.dump(spec(), file, indent=2)
        try:
            return str(
                KernelSpecManager().install_kernel_spec(folder, NAME, user=prefix is None, prefix=prefix)
            )
        except OSError as error:
            raise NixError(
                f"the kernel cannot be installed in '{error.filename or prefix}': {error.strerror}",
                hint="'--prefix DIR' chooses another place; '--user' is that of your own.",
            ) from None
