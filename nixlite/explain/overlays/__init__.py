"""Why an overlay did not take effect: what was lost, what was taken too early, and what goes in a circle."""
