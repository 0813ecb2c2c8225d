"""Whole package sets: `nixlite jobs` finds the derivations of a set and prints a line of JSON for each.

Read `job` (one line: what is asked of a derivation), `walk` (one step: an attribute is a job, a set to be
gone into, or nothing), `serving` (a process that takes steps), `link` (the messages between processes),
`forking` and `spawning` (how such processes begin), `work` (which steps are still to be taken, and by whom),
`pool` (handing them out; what becomes of processes that die or grow), `running`, `command`. `aggregates` are
jobs made of others, `outputs` what is left on the disk; `cluster` takes the steps to other machines. `impact`
is another command that goes through whole sets (`surveying`).
"""
