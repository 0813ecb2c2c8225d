# `//` changes what is written in the set, not what is built: the fingerprint is the same as before. The function has to be called again: `override`.
let
  pkgs = import <nixpkgs> { };
in
rec {
  customgd = pkgs.gd // {
    withFontconfig = false;
  };
  mine = pkgs.graphviz // {
    gd = customgd;
  };
  minimal = mine // {
    withXorg = false;
  };
}
