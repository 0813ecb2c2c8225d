# That is the function, and not what it gives: call it with a set.
let
  pkgs = {
    gd = "gd-2.3";
    libpng = "libpng-1.6";
    zlib = "zlib-1.3";
    graphviz = import ./graphviz.nix;
    graphvizCore = import ./graphviz.nix;
  };
in
pkgs
