"""What no other evaluator tells: where values come from, what they read, what an override left behind.

A room for each question: `why`, `modules` and `overlays` (what `why` says of options and of package sets),
`arguments`, `diff`, `impact`, `lint`, `stale`, and the files `layers` and `steps`. They stand on
`recording`, which evaluates with a record of what read what; `trials` evaluates with other texts, `quiet`
without warnings, `brief` and `graphs` write.
"""
