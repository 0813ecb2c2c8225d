"""The commands `nixlite flake …` and `nixlite registry …`.

`locking` has the flags on inputs and lock files, `commands` most commands; `check`, `show` and `registry`
are the others.
"""
