"""What the wheel is built and the command started with."""
