let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib stdenv;
in
{
  tool = stdenv.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "1";
    url = "https://example.org/tool-${finalAttrs.version}.tar";
    greeting = "This is ${finalAttrs.pname}, version ${finalAttrs.version}";
  });

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
