# `tool` is written with `rec`. Write it so that one `overrideAttrs { version = "2"; }` reaches `url` and `greeting`.
# `byArgument` is the same package, with the version as an argument: `byArgument.override { version = "2"; }` reaches all.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib stdenv;
in
{
  tool = stdenv.mkDerivation rec {
    pname = "tool";
    version = "1";
    url = "https://example.org/tool-${version}.tar";
    greeting = "This is ${pname}, version ${version}";
  };

  byArgument = lib.makeOverridable ({ }: null) { };
}
