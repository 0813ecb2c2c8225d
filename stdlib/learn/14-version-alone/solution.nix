let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib;
  inherit (pkgs.python3Packages) pytorch-lightning;
in
pytorch-lightning.overridePythonAttrs (old: rec {
  version = "0.9.0";
  src = old.src.override {
    rev = version;
    hash = lib.fakeHash;
  };
})
