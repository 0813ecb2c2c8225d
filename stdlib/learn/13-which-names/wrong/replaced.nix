# [M10] `--fast` is there, and the flags of the package are gone: the list was replaced. Begin with `old.configureFlags ++`.
let
  pkgs = import <nixpkgs> { };
  faster = drv: drv.overrideAttrs { configureFlags = [ "--fast" ]; };
in
rec {
  nox = pkgs.graphviz.override { withXorg = false; };
  fast = faster pkgs.graphviz;
  both = faster nox;
}
