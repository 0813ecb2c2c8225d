"""Store paths, archives, hashes and derivations: pure computation on bytes, without the Nix language."""
