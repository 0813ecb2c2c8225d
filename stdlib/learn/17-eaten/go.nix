# A builder function like that for Go, as short as it can be, and a package set of one package.
let
  pkgs = import <nixpkgs> { };

  buildGo =
    {
      pname,
      version,
      vendorHash,
      ...
    }@args:
    pkgs.stdenv.mkDerivation (
      args
      // {
        passthru.modules = {
          name = "${pname}-modules";
          hash = vendorHash;
        };
        goModules = "/modules/${vendorHash}";
      }
    );
in
{
  inherit buildGo;
  tool = pkgs.lib.makeOverridable (import ./tool.nix) { inherit buildGo; };
}
