# [M11] It is still `rec`: inside it, `version` means the one that is written there. `finalAttrs` alone does nothing; write `finalAttrs.version`.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib stdenv;
in
{
  tool = stdenv.mkDerivation (
    finalAttrs: rec {
      pname = "tool";
      version = "1";
      url = "https://example.org/tool-${version}.tar";
      greeting = "This is ${pname}, version ${version}";
    }
  );

  byArgument = lib.makeOverridable (
    {
      version ? "1",
    }:
    stdenv.mkDerivation {
      pname = "tool";
      inherit version;
      url = "https://example.org/tool-${version}.tar";
      greeting = "This is tool, version ${version}";
    }
  ) { };
}
