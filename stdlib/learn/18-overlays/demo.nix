let
  set = overlays: (import <nixpkgs> { }).lib.fix (
    builtins.foldl' (f: overlay: final: let prev = f final; in prev // overlay final prev) (final: {
      gd = "gd-2.3";
      graphviz = "graphviz with ${final.gd}";
    }) overlays
  );
in
set [
  (final: prev: { gd = "${prev.gd}-small"; })
  (final: prev: { drawing = [ final.graphviz final.gd ]; })
]
