"""nixlite as it runs on Windows, simulated on POSIX (`python -m tests.windows ARGUMENT…`)."""
