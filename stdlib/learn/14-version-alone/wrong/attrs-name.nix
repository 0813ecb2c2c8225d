# The source is right; the name still says 0.8.5. `overrideAttrs` comes after buildPythonPackage, which made the name. Use `overridePythonAttrs`.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib;
  inherit (pkgs.python3Packages) pytorch-lightning;
in
pytorch-lightning.overrideAttrs (old: rec {
  version = "0.9.0";
  src = old.src.override {
    rev = version;
    hash = lib.fakeHash;
  };
})
