# [M5] `byArgument` has no argument: with `finalAttrs`, `overrideAttrs` works, and `override` refuses the name. An argument stands before the colon.
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib stdenv;
in
rec {
  tool = stdenv.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "1";
    url = "https://example.org/tool-${finalAttrs.version}.tar";
    greeting = "This is ${finalAttrs.pname}, version ${finalAttrs.version}";
  });

  byArgument = lib.makeOverridable ({ }: tool) { };
}
