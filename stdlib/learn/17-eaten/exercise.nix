# `tool`: the package of go.nix with the vendorHash "new", so that its modules and goModules have it.
# `six`: the Python package without its tests (doCheck = false, so that doInstallCheck is false).
let
  pkgs = import <nixpkgs> { };
  go = import ./go.nix;
in
{
  tool = go.tool.overrideAttrs { vendorHash = "new"; };
  six = pkgs.python3Packages.six.overrideAttrs { doCheck = false; };
}
