# [M9] You made a custom gd, and expect graphviz to use it. Nobody gave it to graphviz: pass it, `graphviz.override { gd = customgd; }`.
let
  pkgs = import <nixpkgs> { };
in
rec {
  customgd = pkgs.gd.override { withFontconfig = false; };
  mine = pkgs.graphviz;
  minimal = mine.override { withXorg = false; };
}
