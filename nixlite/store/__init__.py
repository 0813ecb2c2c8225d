"""Store paths, archives, hashes and derivations: pure computation on bytes, without the Nix language.

`path` and `hashing` first, then `nar` (archives of trees: `tree`), `derivation` with `aterm`, and `modulo`,
which gives output paths; `written` is what derivations have in common; `store` holds objects in memory, and
`export` writes them.
"""
