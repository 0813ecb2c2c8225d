# Write `callPackage`: it calls a function with what that wants of `pkgs`, and with `overrides`, which count more.
# (A file is not needed here: the functions are given.)
let
  pkgs = {
    gd = "gd-2.3";
    libpng = "libpng-1.6";
    zlib = "zlib-1.3";
  };
in
{
  callPackage = f: overrides: f overrides;
}
