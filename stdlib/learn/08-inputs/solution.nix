let
  pkgs = {
    gd = "gd-2.3";
    libpng = "libpng-1.6";
    zlib = "zlib-1.3";
    graphviz = import ./graphviz.nix { inherit (pkgs) gd libpng; };
    graphvizCore = import ./graphviz.nix {
      inherit (pkgs) gd libpng;
      withX = false;
    };
  };
in
pkgs
