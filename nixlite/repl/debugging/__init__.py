"""The debugger: stopping a program and looking at it."""
