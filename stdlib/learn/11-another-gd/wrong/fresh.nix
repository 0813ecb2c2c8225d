# `minimal` has lost the custom gd: you overrode `pkgs.graphviz`, which knows nothing of `mine`. Go on from `mine`.
let
  pkgs = import <nixpkgs> { };
in
rec {
  customgd = pkgs.gd.override { withFontconfig = false; };
  mine = pkgs.graphviz.override { gd = customgd; };
  minimal = pkgs.graphviz.override { withXorg = false; };
}
