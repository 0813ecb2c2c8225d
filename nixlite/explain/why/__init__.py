"""`nixlite why`: `answering` finds out what is asked about; `attribute` answers for most things."""
