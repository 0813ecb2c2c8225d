"""What values are read from and written as."""
