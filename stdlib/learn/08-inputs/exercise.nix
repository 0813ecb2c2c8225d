# The package set knows `gd` and `libpng`. Add `graphviz`, made by ./graphviz.nix, and `graphvizCore`, the same with
# `withX` false. (Look into graphviz.nix first.)
let
  pkgs = {
    gd = "gd-2.3";
    libpng = "libpng-1.6";
    zlib = "zlib-1.3";
    graphviz = null;
    graphvizCore = null;
  };
in
pkgs
