# [M5] `withFontconfig` was given to `overrideAttrs`: there it is a new variable of the build, which nobody reads, and fontconfig is still used. It is an argument of the function: `override`.
let
  pkgs = import <nixpkgs> { };
in
rec {
  customgd = pkgs.gd.overrideAttrs { withFontconfig = false; };
  mine = pkgs.graphviz.override { gd = customgd; };
  minimal = mine.override { withXorg = false; };
}
