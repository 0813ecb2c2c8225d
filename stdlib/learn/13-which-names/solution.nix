let
  pkgs = import <nixpkgs> { };
  faster = drv: drv.overrideAttrs (old: { configureFlags = old.configureFlags ++ [ "--fast" ]; });
in
rec {
  nox = pkgs.graphviz.override { withXorg = false; };
  fast = faster pkgs.graphviz;
  both = faster nox;
}
