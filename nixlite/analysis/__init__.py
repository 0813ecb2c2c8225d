"""Facts about a tree, found before it is compiled.

`facts` says what is found out, `scope` finds it: read these. `lookups` are names from `with`, `escapes`
tells whether a function may keep an argument, `deferral` and `policy` what is compiled later, `skimming`
whether what was only skimmed has its variables.
"""
