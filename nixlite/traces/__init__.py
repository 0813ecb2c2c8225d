"""Errors as Nix shows them: read from Python's tracebacks, written as text or as records.

`reading` finds out where and while what, `rendering` writes it; `log` tells of warnings, `log_records` for
programs.
"""
