"""Flakes: what `flake.nix` says, lock files, locking, registries.

`reading` reads `flake.nix`, `lock_graph` is what a lock file means, `lock_file` reads it, `locking` makes a
new one; `registry` says what `nixpkgs` means, `configuration` which settings a flake may ask for.
"""
