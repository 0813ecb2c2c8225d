"""Between Nix values and Python: read `value` first.

`value` is a Nix value in Python's hands; `to_python` makes plain data of it, `from_python` goes the other
way, `functions` makes Nix functions of Python's, with what `annotations` tells of their types. `origins`
remembers how a value came about, so that `questions` can ask why; `workers` evaluates in threads.
"""
