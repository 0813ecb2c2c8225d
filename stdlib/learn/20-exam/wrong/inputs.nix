# [M10] The second has zlib and has lost all its other inputs: begin with `old.buildInputs ++`.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib;
in
{
  one = pkgs.hello.overrideAttrs { name = "hello-2.99"; };
  two = pkgs.graphviz.overrideAttrs { buildInputs = [ pkgs.zlib ]; };
  three = pkgs.curl.overrideAttrs (old: {
    version = "9.0";
    src = old.src.override { hash = lib.fakeHash; };
  });
  four = pkgs.python3Packages.six.overridePythonAttrs { doCheck = false; };
  five = import <nixpkgs> {
    overlays = [ (final: prev: { gd = prev.gd.override { withFontconfig = false; }; }) ];
  };
}
