# [M6] The fourth still runs its tests: `doCheck` was used before `overrideAttrs` came.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib;
in
{
  one = pkgs.hello.overrideAttrs { name = "hello-2.99"; };
  two = pkgs.graphviz.overrideAttrs (old: {
    buildInputs = old.buildInputs ++ [ pkgs.zlib ];
  });
  three = pkgs.curl.overrideAttrs (old: {
    version = "9.0";
    src = old.src.override { hash = lib.fakeHash; };
  });
  four = pkgs.python3Packages.six.overrideAttrs { doCheck = false; };
  five = import <nixpkgs> {
    overlays = [ (final: prev: { gd = prev.gd.override { withFontconfig = false; }; }) ];
  };
}
