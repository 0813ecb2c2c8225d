"""Random programs and data, damaged ones, and what a fault is: see `__main__`."""
