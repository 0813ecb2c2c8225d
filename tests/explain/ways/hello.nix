{ mkDerivation, zlib, version ? "1.0" }:
mkDerivation rec {
  inherit version;
  pname = "hello";
  name = "${pname}-${version}";
  src = "https://example.org/${pname}-${version}.tar.gz";
  buildInputs = [ zlib ];
}
