"""What the wheel is built and the command started with.

`build_hook.py` puts a wheel together, with modules from `stripping.py`; `script.py` is the command in it,
`metadata_hook.py` adds the one for Windows, and addresses.
"""
