"""Regular expressions as libstdc++ has them: read by `syntax`, matched by `engine`, or by Python where it may be."""
