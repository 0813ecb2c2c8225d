"""What compiler, runtime and the readers of traces agree on: data only, which everyone may import.

`sites` are the rows that compiled code leaves for messages; `operators` tells which operators call a
global; `signatures` what the compiler may know of a builtin; `locals` which variables of our own functions
are read from their frames.
"""
