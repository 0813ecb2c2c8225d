"""What is kept on disk of compiled code, and read again: runs without a compiler.

`code` is what is kept of a source, `files` keeps and checks it; `pieces` are parts of big sources, compiled
when a program needs them, and `pack` keeps many of these in one file.
"""
