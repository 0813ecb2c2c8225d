"""TOML as toml11 has it, whose messages are Nix's."""
