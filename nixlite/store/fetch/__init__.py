"""Fetching sources: URLs, inputs of `builtins.fetchTree`, downloads, archives, git."""
