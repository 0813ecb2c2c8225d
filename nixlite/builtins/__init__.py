"""What Nix programs see: one file a topic, declared in `registry`."""
