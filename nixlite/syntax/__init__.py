"""From text to tree: lexer, parser, and back."""
