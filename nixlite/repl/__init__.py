"""The REPL: `nixlite repl`, and the same as a class for other programs (`session.Session`).

To be read in this order: `conversation` (names in scope, statements, answers), `rows` and `commands/` (what
a line with a colon does; `commands/table.py` lists all), `session` (a conversation with commands), `app`
and `terminal/` (who types, and how), `command` (the command line). `debugging/` stops programs, and begins
a conversation where they stop.
"""
