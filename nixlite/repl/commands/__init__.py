"""What a line that begins with a colon does: each command is a function from session and text to text."""
