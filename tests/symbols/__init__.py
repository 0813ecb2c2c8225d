"""The order of names: programs whose answers depend on it, and what Nix 2.34.8 says to them."""
