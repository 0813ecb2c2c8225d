"""`stale` of a set that is no package: which attributes another `//` or override left behind."""
