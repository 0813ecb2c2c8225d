"""The commands: functions from a conversation and the text of the argument to the text of the answer.

`table` lists them. Each module has those of one topic. What is long, or loads much, is in a module of its
own, which is loaded when it is used: `loading` (for `names`), `finding`, `editing`, `documentation` with
`markdown` (for `places`), `profiling` (for `values`), `transcript` (for `outside`).
"""
