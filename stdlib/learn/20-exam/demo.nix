# Five broken overrides. Diagnose each with the tools (why, stale, args, override), and mend it.
# The wishes are in the lesson (press r for it) and in the comments below.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib;
in
{
  # hello, built as "hello-2.99"
  one = pkgs.hello // {
    name = "hello-2.99";
  };

  # graphviz with zlib as one more input
  two = pkgs.graphviz.overrideAttrs { buildInputs = [ pkgs.zlib ]; };

  # curl 9.0: version, name, url, and another hash (lib.fakeHash)
  three = pkgs.curl.override { version = "9.0"; };

  # six without its tests
  four = pkgs.python3Packages.six.overrideAttrs { doCheck = false; };

  # a set in which everybody uses a gd without fontconfig
  five = import <nixpkgs> {
    overlays = [ (final: prev: { gd = final.gd.override { withFontconfig = false; }; }) ];
  };
}
