"""The pictures of the README: what `nixlite stale` and `nixlite learn` show on a terminal, as SVG files.

`python -m tests.pictures` writes them into `nixlite/docs/pictures/`; a test compares them with what the program
says now. `playing` runs it on a pseudo-terminal, `drawing` makes the pictures.
"""
