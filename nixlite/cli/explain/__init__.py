"""The commands that explain: a file for each.

`answering` is what they share: which program is asked about. `stale` is the one to begin with; `packages`
finds packages in a value, for the commands that list them.
"""
