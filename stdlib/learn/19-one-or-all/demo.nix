let
  pkgs = import <nixpkgs> { };
  inherit (pkgs.python3Packages) pytorch pytorch-lightning pyro-ppl;
in
{
  lightning = pytorch-lightning.override { pytorch = pytorch.overrideAttrs { tuned = true; }; };
  pyro = pyro-ppl;
}
