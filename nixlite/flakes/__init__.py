"""Flakes: what `flake.nix` says (reading), lock files, locking, registries."""
