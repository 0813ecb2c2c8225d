{
  lib,
  stdenv,
  fetchurl,
  zlib,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "libpng";
  version = "1.6.59";

  src = fetchurl {
    url = "mirror://sourceforge/libpng/libpng-${finalAttrs.version}.tar.xz";
    hash = "sha256-2A3So4o3+APLm2rHsUvW503cO2VHgKg4C9+TUj/bQ4k=";
  };

  outputs = [
    "out"
    "dev"
  ];

  # Its headers include those of zlib: who uses it needs both.
  propagatedBuildInputs = [ zlib ];

  meta = {
    description = "Reads and writes PNG images";
    homepage = "http://www.libpng.org/pub/png/libpng.html";
    license = lib.licenses.libpng2;
    platforms = lib.platforms.all;
  };
})
