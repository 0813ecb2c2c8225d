"""Mistakes in overrides that can be seen without evaluating, and their mending."""
