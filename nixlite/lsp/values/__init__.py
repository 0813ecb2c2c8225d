"""Values of what is written: `workers` are the server's side of the child processes, all else is theirs.
`child` is the loop, `answering` and `examining` the questions, `evaluating` finds values with `scoping` and
`buffers`, `showing` makes data of them.
"""
