"""What the page asks of nixlite; each question is one JSON text, and so is its answer. Read `wire`, then

* `desk`: the files, and the evaluators over them, each with its limits
* `texts`: places, as the editor counts them
* `problems`: errors, as the page shows them
* `tree`: a value that opens lazily
* `explaining`: why, stale, layers, steps, differences
* `editing`: what is wrong while one types, completion, hovering
* `talking`: the session; `lessons`: the course
* `interrupting`: what only a browser needs: interrupts, a clock without threads, long tracebacks
"""
