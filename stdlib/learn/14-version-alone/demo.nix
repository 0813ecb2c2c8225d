(import <nixpkgs> { }).python3Packages.pytorch-lightning.overrideAttrs { version = "0.9.0"; }
