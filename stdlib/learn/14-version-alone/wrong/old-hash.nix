# [M3] Name, revision and URL are right, but the hash is the old one. Nix finds a source by its *hash*: it has one with this hash, and takes it. You get 0.8.5, without a word. The next lesson is about that.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs.python3Packages) pytorch-lightning;
in
pytorch-lightning.overridePythonAttrs (old: rec {
  version = "0.9.0";
  src = old.src.override { rev = version; };
})
