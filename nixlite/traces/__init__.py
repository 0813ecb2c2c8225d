"""Errors as Nix shows them: read from Python's tracebacks, written as text or as records."""
