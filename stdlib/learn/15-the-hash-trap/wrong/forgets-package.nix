# The source is right, and the package does not use it: it is to be given to the package, `inherit src;`.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib;
  inherit (pkgs.python3Packages) pytorch-lightning;
in
rec {
  src = pytorch-lightning.src.override {
    rev = "0.9.0";
    hash = lib.fakeHash;
  };
  package = pytorch-lightning.overridePythonAttrs { version = "0.9.0"; };
}
