"""Looking at evaluation from outside: profiles, counters, progress, and the cache of compiled sources."""
