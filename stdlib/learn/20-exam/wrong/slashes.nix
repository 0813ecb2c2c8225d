# [M5] The first is still `//`: its name is changed, and nothing is built under it. overrideAttrs.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib;
in
{
  one = pkgs.hello // {
    name = "hello-2.99";
  };
  two = pkgs.graphviz.overrideAttrs (old: {
    buildInputs = old.buildInputs ++ [ pkgs.zlib ];
  });
  three = pkgs.curl.overrideAttrs (old: {
    version = "9.0";
    src = old.src.override { hash = lib.fakeHash; };
  });
  four = pkgs.python3Packages.six.overridePythonAttrs { doCheck = false; };
  five = import <nixpkgs> {
    overlays = [ (final: prev: { gd = prev.gd.override { withFontconfig = false; }; }) ];
  };
}
