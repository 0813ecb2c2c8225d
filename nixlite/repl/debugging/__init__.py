"""The debugger: `tracepoints` changes a program so that it tells where it is, `debugger` stops it there.

`stops` is what a conversation at a stop knows; `commands/stopped.py` has the commands.
"""
