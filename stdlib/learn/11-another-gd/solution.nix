let
  pkgs = import <nixpkgs> { };
in
rec {
  customgd = pkgs.gd.override { withFontconfig = false; };
  mine = pkgs.graphviz.override { gd = customgd; };
  minimal = mine.override { withXorg = false; };
}
