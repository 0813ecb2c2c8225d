"""What an override reached: the values that it gave, how far each got, why no further, and what to write.

A pipeline, read in this order: `record`, `givens`, `target`, `reach` (with `sources`, `scripts`,
`wrappers`), `causes`, `fix/`; `answer` joins them, `verdict` says it (`phrases`, `words`), `text` and
`data` print it, on a terminal in the colours of `painting`. `refusals` is for overrides that fail,
`plain/` for sets that are no packages.
"""
