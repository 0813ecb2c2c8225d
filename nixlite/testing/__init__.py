"""Tests that are written in Nix: `nixlite test`, and a plugin of pytest's that finds and runs them.

Read `cases` (what a test looks like), `checking` (running one), `suites` (files and flakes), `markdown`
(examples in pages), then `plugin` and `command`.
"""
