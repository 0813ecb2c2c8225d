"""What an override reached: the values that it gave, how far each got, why no further, and what to write."""
