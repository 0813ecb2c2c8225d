"""The REPL where a person types: the line editor (`prompt`) and all that it shows.

`completion` says what may stand at the cursor, `inspecting` what stands there, for the bar at the bottom.
"""
