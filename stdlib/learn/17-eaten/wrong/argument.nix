# [M4] `vendorHash` is an argument of buildGo, not of the package's function, which takes only `buildGo`. So `override` refuses it.
let
  pkgs = import <nixpkgs> { };
  go = import ./go.nix;
in
{
  tool = go.tool.override { vendorHash = "new"; };
  six = pkgs.python3Packages.six.overridePythonAttrs { doCheck = false; };
}
