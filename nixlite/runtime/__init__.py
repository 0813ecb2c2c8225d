"""What running code stands on: values, thunks, calls, selection, operators.

`values` and `thunk` first, then `call`, `select` and `operators`; `coerce` and `text` make strings,
`expect` checks arguments of builtins. `abi` lists what compiled code may call. `depth`, `frames` and
`collecting` are about Python's own limits.
"""
