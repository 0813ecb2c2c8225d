"""What was answered before: whole answers of commands, kept as long as nothing that they asked has changed.

Read `questions` (what was asked of the world, and whether it still says the same), `witness` (a host that
writes it down) and `kept` (the entries on disk, and what may be kept).
"""
