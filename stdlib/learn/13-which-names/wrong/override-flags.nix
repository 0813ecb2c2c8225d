# [M4] `configureFlags` is no argument of the function, so `override` refuses it. It is an attribute of the build: `overrideAttrs`.
let
  pkgs = import <nixpkgs> { };
  faster = drv: drv.override (old: { configureFlags = old.configureFlags ++ [ "--fast" ]; });
in
rec {
  nox = pkgs.graphviz.override { withXorg = false; };
  fast = pkgs.graphviz.override { configureFlags = [ "--fast" ]; };
  both = fast;
}
