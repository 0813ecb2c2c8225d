# [M3] Right URL, old hash: Nix looks by the hash, finds 0.8.5 and takes it. Give `hash = lib.fakeHash` with it; building once tells the right one.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs.python3Packages) pytorch-lightning;
in
rec {
  src = pytorch-lightning.src.override { rev = "0.9.0"; };
  package = pytorch-lightning.overridePythonAttrs {
    version = "0.9.0";
    inherit src;
  };
}
