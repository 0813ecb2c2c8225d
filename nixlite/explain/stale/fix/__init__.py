"""What to write instead of an override that did not do what was meant, each way tried before it is shown.

`remedies` lists the ways, `writing` and `editing` write them, with `respelling` for expressions that are
said elsewhere; `builders` and `repairs` are further ways. `check` tries, `alike` compares what comes of it.
"""
