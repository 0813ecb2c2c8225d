"""Facts about a tree, found before it is compiled."""
