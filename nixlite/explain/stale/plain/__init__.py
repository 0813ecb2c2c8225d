"""`stale` of a set that is no package: which attributes another `//` or override left behind.

`overrides` finds what was overridden, `examine` what did not follow, `fixes` what to write; `text` and
`data` say it.
"""
