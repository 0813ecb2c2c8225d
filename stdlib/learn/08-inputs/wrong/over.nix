# [M4] You put `withX` over the finished package. It is an *argument* of the function; the name was made of it when the function was called.
let
  pkgs = {
    gd = "gd-2.3";
    libpng = "libpng-1.6";
    zlib = "zlib-1.3";
    graphviz = import ./graphviz.nix { inherit (pkgs) gd libpng; };
    graphvizCore = pkgs.graphviz // {
      withX = false;
    };
  };
in
pkgs
