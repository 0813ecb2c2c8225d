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
  package = pytorch-lightning.overridePythonAttrs {
    version = "0.9.0";
    inherit src;
  };
}
