# You pass all of `pkgs`, and a function without `...` refuses what it does not name. Take out of `pkgs` what it wants.
let
  pkgs = {
    gd = "gd-2.3";
    libpng = "libpng-1.6";
    zlib = "zlib-1.3";
  };
in
{
  callPackage = f: overrides: f (pkgs // overrides);
}
