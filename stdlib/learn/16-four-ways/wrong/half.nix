# The url follows, the greeting does not: one `version` is still the one of `rec`. All places have to ask `finalAttrs`; then `rec` can go.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib stdenv;
in
{
  tool = stdenv.mkDerivation (
    finalAttrs: rec {
      pname = "tool";
      version = "1";
      url = "https://example.org/tool-${finalAttrs.version}.tar";
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
