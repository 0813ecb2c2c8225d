{ stdenv }:
stdenv.mkDerivation rec {
  pname = "x";
  version = "1";
  url = "https://example.org/x-${version}.tar";
}
