# You pass the whole set, and the function takes three names only. Pass just those.
let
  pkgs = {
    gd = "gd-2.3";
    libpng = "libpng-1.6";
    zlib = "zlib-1.3";
    graphviz = import ./graphviz.nix pkgs;
    graphvizCore = import ./graphviz.nix (pkgs // { withX = false; });
  };
in
pkgs
