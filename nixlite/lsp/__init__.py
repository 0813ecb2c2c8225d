"""The language server: what editors are told about Nix programs while they are written.

`text`, `tree`, `reading` and `names` make of a text, whatever is wrong with it, a tree in which each name has
its place and meaning; `document` holds them. `diagnostics`, `outline`, `colouring`, `finding` (with
`following`), `completing`, `calling`, `hovering`, `actions` and `overrides` answer from that. `server` and
`features` talk to the editor, `workers` to the child processes, in which (`child`, `answering`, `evaluating`,
`examining`) programs run.
"""
