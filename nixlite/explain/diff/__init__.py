"""How two values, and the derivations in them, differ."""
