# [M6] The tool is right. `doCheck` of a Python package is used by buildPythonPackage before `overrideAttrs` comes: overridePythonAttrs.
let
  pkgs = import <nixpkgs> { };
  go = import ./go.nix;
in
{
  tool = go.tool.override { buildGo = args: go.buildGo (args // { vendorHash = "new"; }); };
  six = pkgs.python3Packages.six.overrideAttrs { doCheck = false; };
}
