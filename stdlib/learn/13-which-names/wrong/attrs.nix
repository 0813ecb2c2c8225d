# [M5] You gave `withXorg` to `overrideAttrs`. Nobody reads it there: it is an *argument*, and it was used before. Use `override`.
let
  pkgs = import <nixpkgs> { };
  faster = drv: drv.overrideAttrs (old: { configureFlags = old.configureFlags ++ [ "--fast" ]; });
in
rec {
  nox = pkgs.graphviz.overrideAttrs { withXorg = false; };
  fast = faster pkgs.graphviz;
  both = faster nox;
}
