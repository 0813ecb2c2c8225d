"""Part of the packaging, not of the program: the command in a wheel for Windows (see `build_hook`)."""

from __future__ import annotations

import os
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class CommandHook(MetadataHookInterface):
    """The entry point from which installers make `nixlite.exe`."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Say that there is one, in a wheel for Windows."""
        if os.environ.get("NIXLITE_FOR", os.name) in ("nt", "windows"):
            metadata["scripts"] = {"nixlite": "nixlite.__main__:main"}
