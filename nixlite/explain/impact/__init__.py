"""Which packages of a set another set changes, and what two closures share."""
