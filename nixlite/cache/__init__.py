"""What is kept on disk of compiled code, and read again: runs without a compiler."""
