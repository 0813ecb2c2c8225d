"""`nixlite why --expected`: a value is not the one that was expected; what kept that one out.

Read `asked`, then `alignment`, `needs`, `turns`, `steps`, `ways` and `answer`; `options` is for modules.
"""
