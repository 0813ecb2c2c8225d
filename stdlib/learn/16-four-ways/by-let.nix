let
  inherit (import <nixpkgs> { }) stdenv;
  version = "1";
in
(stdenv.mkDerivation {
  pname = "x";
  inherit version;
  url = "https://example.org/x-${version}.tar";
}).overrideAttrs
  { version = "2"; }
