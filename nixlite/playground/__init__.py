"""The playground: Nix and its overrides in a browser tab, without a server. From what is asked to what is
shown:

* `bridge/`: what the page's worker asks of nixlite, in Python; runs in the browser, and in tests without one
* `page/`: the page, its styles and scripts (JavaScript modules without dependencies but the editor)
* `archive`: the part of nixlite that the page needs; `boot`: how the worker imports it
* `packages`: Pyodide and the editor from npm, pinned with their hashes
* `site`: puts all of that into a folder
* `serving`: shows that folder on loopback, with the headers that interrupting needs
* `command`: `nixlite playground build` and `serve`
"""
