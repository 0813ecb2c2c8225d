"""Why an overlay did not take effect: what was lost, what was taken too early, and what goes in a circle.

`stack` is the question; `taken`, `lost`, `circles`, `refused`, `names` and `scopes` are answers, each
tried.
"""
