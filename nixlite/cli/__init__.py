"""The commands that are run once, and what all commands share.

`table` lists them. `flag` and `command` are what a command line can say, `running` reads and does it,
`starting` makes the evaluator, `reporting` tells of mistakes. `evaluate` is a command to begin with;
`flake/` and `explain/` have those on flakes and those that explain.
"""
