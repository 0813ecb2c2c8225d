"""The commands that are run once: `nixlite eval` and `nixlite instantiate`, and what all commands share."""
