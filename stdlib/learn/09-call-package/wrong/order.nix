# What is passed by hand has no effect where `pkgs` has the name too: in `overrides // automatic` the right side counts.
let
  pkgs = {
    gd = "gd-2.3";
    libpng = "libpng-1.6";
    zlib = "zlib-1.3";
  };
in
{
  callPackage =
    f: overrides: f (overrides // builtins.intersectAttrs (builtins.functionArgs f) pkgs);
}
