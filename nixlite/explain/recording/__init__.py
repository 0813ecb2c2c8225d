"""Evaluating with a record: which thunk read which, how sets were made, and where all of it is written.

`notes` is what is written down, `recorder` writes it, `instrumented` is an evaluator that does, by code
compiled for it and by `linking` runtime and builtins a second time; `observing` watches overrides.
`program` can be evaluated again and again. `places` and `history` say where values are written, `causes`
and `leaves` why and what they are.
"""
