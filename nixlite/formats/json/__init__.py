"""JSON as nlohmann's library has it, whose messages are Nix's.

`tokens` and `reader` read, `values` makes Nix values of it, `outside` checks what comes from elsewhere;
`writing` writes, with `float_text` for numbers.
"""
