"""Regular expressions as libstdc++ has them: reading (syntax), matching (engine), and when Python's may do it."""
