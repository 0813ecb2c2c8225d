"""Part of the packaging, not of the program: puts the parser's tables into a wheel.

Hatch runs this when it builds one, so that an installed nixlite never computes the tables. A checkout and an
editable install compute them at first use and keep them in the user's cache directory.
"""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TablesHook(BuildHookInterface[Any]):
    """Adds `nixlite/syntax/_tables.bin`, computed from `grammar/`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compute the tables before the wheel is put together. An editable install gets none."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from nixlite.syntax import tables

        self.made_in = tempfile.mkdtemp(prefix="nixlite-build-")
        path = os.path.join(self.made_in, "tables.bin")
        tables.write(path)
        build_data["force_include"][path] = f"nixlite/syntax/{os.path.basename(tables.SHIPPED)}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what `initialize` made."""
        if version != "editable":
            import shutil

            shutil.rmtree(self.made_in)
