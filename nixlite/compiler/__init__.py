"""Tree and facts to Python code.

`program.compile_expression` is the entry. `emit` makes Python nodes that carry Nix positions; `unit` holds
what is being written; `expressions`, `functions`, `bindings` and `operators` lower the kinds of expressions.
`cache` keeps compiled units on disk; it needs none of the others: running cached code imports no compiler.
"""
