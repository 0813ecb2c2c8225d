# [M3] The hash is new, the URL is old: `overrideAttrs` on a source changes variables, and the URL was made before. Now Nix fetches 0.8.5 and tells *its* hash. Use `src.override`.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib;
  inherit (pkgs.python3Packages) pytorch-lightning;
in
rec {
  src = pytorch-lightning.src.overrideAttrs {
    rev = "0.9.0";
    outputHash = lib.fakeHash;
  };
  package = pytorch-lightning.overridePythonAttrs {
    version = "0.9.0";
    inherit src;
  };
}
