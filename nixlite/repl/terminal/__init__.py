"""The REPL where a person types: the line editor, completion, colours, the bar at the bottom."""
