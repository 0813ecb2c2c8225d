# Make three things with `override`:
# `customgd`: gd without fontconfig (look at its arguments: `nixlite args`, or gd.override.__functionArgs).
# `mine`: graphviz with customgd.
# `minimal`: mine, and without Xorg as well. Override `mine`, not graphviz.
let
  pkgs = import <nixpkgs> { };
in
rec {
  customgd = pkgs.gd;
  mine = pkgs.graphviz;
  minimal = mine;
}
