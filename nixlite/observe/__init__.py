"""Looking at evaluation from outside: profiles, counters, progress, and the cache of compiled sources.

`stats` and `counting` count, `sampling` with `stacks` and `flame` is the profiler, `progress` the line on a
terminal, `warm` fills the cache.
"""
