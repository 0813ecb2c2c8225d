"""What no other evaluator tells: where values come from, what they read, what an override left behind."""
