let
  pkgs = {
    gd = "gd-2.3";
    libpng = "libpng-1.6";
    zlib = "zlib-1.3";
  };
in
{
  callPackage =
    f: overrides:
    let
      automatic = builtins.intersectAttrs (builtins.functionArgs f) pkgs;
    in
    f (automatic // overrides);
}
