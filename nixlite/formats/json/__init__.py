"""JSON as nlohmann's library has it, whose messages are Nix's."""
