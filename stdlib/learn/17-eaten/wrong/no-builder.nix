# You put another function in the builder's place, and it builds nothing: it has to call the real one, `go.buildGo (args // { … })`.
let
  pkgs = import <nixpkgs> { };
  go = import ./go.nix;
in
{
  tool = go.tool.override { buildGo = args: args // { vendorHash = "new"; }; };
  six = pkgs.python3Packages.six.overridePythonAttrs { doCheck = false; };
}
