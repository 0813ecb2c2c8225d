"""The Jupyter kernel: a session whose inputs are cells of a notebook.

`outputs` says what a cell gives, `cells` runs one in a session (`sessions`, `shells`), with `magics`;
`values` shows values in HTML, `pictures` draws the answers of `:why`, `asking` completes and inspects.
`serving` is what talks to Jupyter, `installing` makes it known there, and `command` is both on the command
line. Only `serving` and `installing` need what the extra brings.
"""
