"""Values as Nix itself writes them.

`evaluated` is the form of messages, `nix eval` and the REPL, `instantiated` that of `nix-instantiate
--eval`, `layout` that of nixlite's own REPL, over several lines; `deep` evaluates all that is to be
written.
"""
