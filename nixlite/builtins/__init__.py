"""What Nix programs see: one file a topic, declared in `registry`.

`registry` and one topic, such as `lists`, show all. `index` is generated from the declarations, so that
start-up loads no topic; `install` gives an evaluator its builtins.
"""
