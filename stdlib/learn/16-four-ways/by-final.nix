let
  inherit (import <nixpkgs> { }) stdenv;
in
(stdenv.mkDerivation (finalAttrs: {
  pname = "x";
  version = "1";
  url = "https://example.org/x-${finalAttrs.version}.tar";
})).overrideAttrs
  { version = "2"; }
