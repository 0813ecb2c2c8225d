# [M3] You gave the URL, but not the revision, which others read too; and the hash is still the old one, so nothing is fetched. Call the function that makes both of one argument: `src.override { rev = …; hash = …; }`.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs.python3Packages) pytorch-lightning;
in
rec {
  src = pytorch-lightning.src.overrideAttrs {
    url = "https://github.com/PyTorchLightning/pytorch-lightning/archive/0.9.0.tar.gz";
  };
  package = pytorch-lightning.overridePythonAttrs {
    version = "0.9.0";
    inherit src;
  };
}
