#!python
"""The command `nixlite`; pip puts it where commands are and the path of its Python into the first line."""

from nixlite.__main__ import main

if __name__ == "__main__":
    main()
