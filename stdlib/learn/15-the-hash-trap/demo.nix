(import <nixpkgs> { }).python3Packages.pytorch-lightning.overrideAttrs (old: {
  version = "0.9.0";
  name = "python3.8-pytorch-lightning-0.9.0";
  src = old.src.overrideAttrs { rev = "0.9.0"; };
})
