"""Tree and facts to Python code.

`program.compile_expression` is the entry, `lowerings` the table of what lowers which kind of expression.
`emit` makes Python nodes that carry Nix positions; `unit` holds what is being written, `flow` what is known
on the way; the others lower the kinds of expressions. What was compiled is kept by the room `cache`:
running cached code imports no compiler.
"""
