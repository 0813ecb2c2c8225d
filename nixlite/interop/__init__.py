"""Between Nix values and Python: read `value` first.

`value` is a Nix value in Python's hands; `to_python` makes plain data of it, `from_python` goes the other
way, `functions` makes Nix functions of Python's, with what `annotations` tells of their types. `origins`
remembers how a value came about and `roots` evaluates that, so that `replay` can ask why it is what it is;
`answers` are the data classes that tell. `workers` evaluates in threads.
"""
