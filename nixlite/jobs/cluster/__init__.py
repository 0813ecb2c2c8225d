"""`nixlite jobs --cluster`: steps that are taken on other machines, which have not the user's files.

Read `trees` (the user's files, packed for where they are not), `far` (all else of the user's machine, as
answers to questions), `afar` (the process that evaluates there), `remote` (what a worker of the cluster does,
which starts that one), `judging` (what of its notes may be kept here), `dispatch` (handing steps out).
"""
