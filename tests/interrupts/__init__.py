"""Ctrl-C at random moments, and programs that take long or grow: see `__main__`."""
