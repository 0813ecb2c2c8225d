# [M6] Python is right. For the tool, `overrideAttrs` came after `buildGo`, which had used the hash. Override the builder itself.
let
  pkgs = import <nixpkgs> { };
  go = import ./go.nix;
in
{
  tool = go.tool.overrideAttrs { vendorHash = "new"; };
  six = pkgs.python3Packages.six.overridePythonAttrs { doCheck = false; };
}
