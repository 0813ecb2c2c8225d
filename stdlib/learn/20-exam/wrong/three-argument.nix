# [M4] The third is still refused: `version` is no argument of curl's function. It is an attribute.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib;
in
{
  one = pkgs.hello.overrideAttrs { name = "hello-2.99"; };
  two = pkgs.graphviz.overrideAttrs (old: {
    buildInputs = old.buildInputs ++ [ pkgs.zlib ];
  });
  three = pkgs.curl.override { version = "9.0"; };
  four = pkgs.python3Packages.six.overridePythonAttrs { doCheck = false; };
  five = import <nixpkgs> {
    overlays = [ (final: prev: { gd = prev.gd.override { withFontconfig = false; }; }) ];
  };
}
