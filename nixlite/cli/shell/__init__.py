"""What shells and manuals are told of the commands, made from the flags' tables.

Read `tables`, which has all commands as data, then `completion`, and of `bash`, `zsh` and `fish` the one that
you know; `man` has the manual pages.
"""
