# [M1] Version and name are right, and what is fetched is still 0.8.5: `src` was made of the old version. It has to be given anew as well.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs.python3Packages) pytorch-lightning;
in
pytorch-lightning.overridePythonAttrs { version = "0.9.0"; }
