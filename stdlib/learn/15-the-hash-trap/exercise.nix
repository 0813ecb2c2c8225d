# This is the last try in the forum. Mend it: the source and all else is to be 0.9.0, with an honest hash.
# `src` is to be given as well, so that it can be looked at.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib;
  inherit (pkgs.python3Packages) pytorch-lightning;
in
rec {
  src = pytorch-lightning.src.overrideAttrs { rev = "0.9.0"; };
  package = pytorch-lightning.overrideAttrs (old: {
    version = "0.9.0";
    name = "python3.8-pytorch-lightning-0.9.0";
    inherit src;
  });
}
