"""What values are read from and written as: a room for each of Nix, JSON and TOML, and `xml`."""
