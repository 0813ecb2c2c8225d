"""Part of the packaging, not of the program: what the package says of itself and `pyproject.toml` cannot.

These are the command in a wheel for Windows (see `build_hook`), and the addresses, which are told in
`nixlite/resources.py`, since the program names them too.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class OwnHook(MetadataHookInterface):
    """The entry point from which installers make `nixlite.exe`, and where to look for more."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add both; the entry point in a wheel for Windows only."""
        if os.environ.get("NIXLITE_FOR", os.name) in ("nt", "windows"):
            metadata["scripts"] = {"nixlite": "nixlite.__main__:main"}
        sys.path.insert(0, self.root)
        from nixlite.resources import DOCUMENTATION, HOME

        metadata["urls"] = {
            "Homepage": HOME,
            "Documentation": f"{DOCUMENTATION}/",
            "Changelog": f"{DOCUMENTATION}/changelog.html",
            "Issues": f"{HOME}/issues",
            "Source": HOME,
        }
