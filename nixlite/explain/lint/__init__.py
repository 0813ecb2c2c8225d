"""Mistakes in overrides that can be seen without evaluating, and their mending.

`linting` is the entry, `rules` the table of rules; `tree`, `shapes` and `program` are what rules look at,
`asking` what they may ask of the package set, `fixes` rewrites.
"""
