#!python
"""The command `nixlite`; pip puts it where commands are and the path of its Python into the first line."""

try:  # Ctrl-C while things are loaded ends the process, and prints nothing; `main` sees to it then
    from _signal import (  # type: ignore[import-not-found]  # not in the stubs
        SIG_DFL,
        SIGINT,
        default_int_handler,
        getsignal,
        signal,
    )

    if getsignal(SIGINT) is default_int_handler:
        signal(SIGINT, SIG_DFL)
except ImportError:  # this is not CPython
    pass

from nixlite.__main__ import main

if __name__ == "__main__":
    main()
