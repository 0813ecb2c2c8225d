# [M1] A `let` instead of `rec` is the same thing with another word: the name is fixed where it is written. Use `finalAttrs`.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib stdenv;
  version = "1";
  make =
    version:
    stdenv.mkDerivation {
      pname = "tool";
      inherit version;
      url = "https://example.org/tool-${version}.tar";
      greeting = "This is tool, version ${version}";
    };
in
{
  tool = make version;
  byArgument = lib.makeOverridable ({ }: make version) { };
}
