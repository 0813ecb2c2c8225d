"""Documents that are tested: `nixlite test FILE.md`.

Reading order: `blocks` (what of a Markdown text is an example), `running` (what it prints now), `comparing`
(whether that is what is shown, and the text with what is printed), `command`.
"""
