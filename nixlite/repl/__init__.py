"""The REPL: `nixlite repl`, and the same as a class for other programs (`session.Session`)."""
