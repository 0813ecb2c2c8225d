"""What an evaluation may use, and what it needs of the process. Read `budget`, then what it stands on:

* `growth`: `grow`, which is said before something large is made
* `budget`: time, steps, memory, depth, output of an evaluator
* `stopping`: stopping an evaluation from another thread
* `memory`: how much memory the process takes, and how much there is
* `recursion`: Python's recursion limit, raised while something is evaluated
* `stack`, `stack_size`: threads whose C stack is small
"""
