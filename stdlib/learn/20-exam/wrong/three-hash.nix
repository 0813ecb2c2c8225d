# [M3] The third has the new version in all places, and the old hash. curl is written with `finalAttrs`, so the url follows; a hash never does.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib;
in
{
  one = pkgs.hello.overrideAttrs { name = "hello-2.99"; };
  two = pkgs.graphviz.overrideAttrs (old: {
    buildInputs = old.buildInputs ++ [ pkgs.zlib ];
  });
  three = pkgs.curl.overrideAttrs { version = "9.0"; };
  four = pkgs.python3Packages.six.overridePythonAttrs { doCheck = false; };
  five = import <nixpkgs> {
    overlays = [ (final: prev: { gd = prev.gd.override { withFontconfig = false; }; }) ];
  };
}
