answer:
let
  plain = import <nixpkgs> { };
  set = import <nixpkgs> { overlays = [ answer.overlay ]; };
  later = import <nixpkgs> {
    overlays = [
      answer.overlay
      (final: prev: { graphviz = prev.graphviz.override { withXorg = false; }; })
    ];
  };
  names = map (x: x.pname or "");
in
{
  "the set has the names that it had" = {
    expr = set ? hello;
    expected = true;
  };
  "gd does not use fontconfig" = {
    expr = builtins.elem "fontconfig" (names set.gd.buildInputs);
    expected = false;
  };
  "graphviz uses that gd" = {
    expr = builtins.elem set.gd.dev.outPath (map (x: x.outPath) set.graphviz.buildInputs);
    expected = true;
  };
  "graphviz is another build than before" = {
    expr = set.graphviz.drvPath == plain.graphviz.drvPath;
    expected = false;
  };
  "libpng has the flag" = {
    expr = builtins.elem "--small" set.libpng.configureFlags;
    expected = true;
  };
  "drawing has both" = {
    expr = map (x: x.drvPath) set.drawing == [
      set.graphviz.drvPath
      set.gd.drvPath
    ];
    expected = true;
  };
  "drawing follows a later overlay" = {
    expr = (builtins.head later.drawing).drvPath == later.graphviz.drvPath;
    expected = true;
  };
}
