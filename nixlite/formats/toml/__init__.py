"""TOML as toml11 has it, whose messages are Nix's.

`reader` reads with `scalars`, `text` and `tables`; `order` is that of names, `recovery` how it goes on
after a mistake.
"""
