{ mkDerivation }:
mkDerivation {
  pname = "zlib";
  version = "1.3";
  name = "zlib-1.3";
}
