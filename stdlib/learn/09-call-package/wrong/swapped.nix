# The values are `true` and `false`: you took them from `functionArgs`. `intersectAttrs` takes the values of its *second* set; that is to be `pkgs`.
let
  pkgs = {
    gd = "gd-2.3";
    libpng = "libpng-1.6";
    zlib = "zlib-1.3";
  };
in
{
  callPackage =
    f: overrides: f (builtins.intersectAttrs pkgs (builtins.functionArgs f) // overrides);
}
