"""The documentation: pages of Markdown, made into a site by `sphinx-build -W -n nixlite/docs build`.

`conf.py` is Sphinx's configuration; `making.py` makes the pages that are made of tables, and turns links that
lead out of this folder into addresses; `highlighting.py` colours examples. Other pages are read where they
lie, too. None of it is in a wheel.
"""
