"""Which packages of a set another set changes, and what two closures share.

`survey` evaluates both sets, in parts (`children`), `table` holds their derivations, `packages` compares
them; `text` says it. `sharing` is for `--shared`.
"""
