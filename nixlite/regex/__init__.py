"""Regular expressions as libstdc++ has them: read (`syntax`), matched (`engine`), or left to Python.

`compiled` keeps what was read; `delegation` says when Python's `re` gives the same, from `facts` about the
parts.
"""
