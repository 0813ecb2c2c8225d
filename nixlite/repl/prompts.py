"""What stands before inputs, and is said before the first one: shown before anything else is loaded."""

from __future__ import annotations

PROMPT = "nix-repl> "
STOPPED = "debug> "
CONTINUATION = "        > "
BANNER = "nixlite: the Nix language in Python\nType :? for help.\n"
