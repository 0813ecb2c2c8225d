"""Tests of `nixlite jobs`; `python -m tests.jobs.measure` compares a whole tree with real Nix."""
