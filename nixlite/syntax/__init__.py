"""From text to tree: lexer, parser, and back.

`nodes` is what a tree is made of. `lexer` makes `tokens`, `driver` runs the `automaton` that `lalr`
computes from `grammar/`, `build` and its like make nodes; `parser` is the entry. `skim` passes over what
may be parsed later; `unparse` writes trees.
"""
