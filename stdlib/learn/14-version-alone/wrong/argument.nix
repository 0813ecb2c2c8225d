# [M4] `version` is no argument of the package's function, so `override` refuses it. It is an attribute: overridePythonAttrs.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs.python3Packages) pytorch-lightning;
in
pytorch-lightning.override { version = "0.9.0"; }
