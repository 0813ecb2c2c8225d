"""Sphinx's configuration: `sphinx-build -W -n nixlite/docs build`.

MyST, because the pages are Markdown that is also read where it lies, and whose examples are run by the tests;
furo, because it is light, dark and narrow without a line of ours.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))  # a checkout need not be installed to be documented

from nixlite.docs import making
from nixlite.docs.highlighting import ConsoleLexer
from nixlite.resources import DOCUMENTATION, HOME

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "nixlite"
author = "nixlite contributors"
copyright = author  # noqa: A001 - Sphinx's name for it

extensions = ["myst_parser"]
exclude_patterns = ["pictures"]
myst_heading_anchors = 4
"""Headings down to this level have the anchors that they have where the pages lie."""

suppress_warnings = ["misc.highlighting_failure"]
"""Pygments does not know all of Nix, nor cells that begin with `%%test`: these are shown without colours."""

html_theme = "furo"
html_title = "nixlite"
html_static_path = ["look"]
html_css_files = ["style.css"]
html_baseurl = f"{DOCUMENTATION}/"
html_copy_source = False
html_use_index = False
html_show_sphinx = False
html_theme_options = {
    "source_repository": f"{HOME}/",
    "source_branch": "main",
    "source_directory": "nixlite/docs/",
}
smartquotes = False  # `--flag` in a sentence keeps its hyphens
pygments_style = "a11y-light"  # this and the other are accessible-pygments', which furo brings
pygments_dark_style = "github-dark"


def setup(app: Sphinx) -> None:
    """Have pages completed when they are read."""
    app.add_lexer("console", ConsoleLexer)
    app.connect("source-read", making.complete)
    app.connect("include-read", making.lead_out_of_included)
