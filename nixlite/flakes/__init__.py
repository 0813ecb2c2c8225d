"""Flakes: lock files and registries. Reading `flake.nix`, locking and calling a flake are in `builtins`."""
