"""Regular expressions as libstdc++ has them: read (`syntax`), matched (`engine`), or left to Python."""
