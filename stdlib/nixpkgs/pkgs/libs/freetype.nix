{
  lib,
  stdenv,
  fetchurl,
  pkg-config,
  bzip2,
  libpng,
  zlib,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "freetype";
  version = "2.13.3";

  src = fetchurl {
    url = "mirror://savannah/freetype/freetype-${finalAttrs.version}.tar.xz";
    hash = "sha256-BVA1BmbUJ8dNrrhdWse7NTrLpfdpVjlZlTEanG8GMok=";
  };

  nativeBuildInputs = [ pkg-config ];
  propagatedBuildInputs = [
    bzip2
    libpng
    zlib
  ];

  outputs = [
    "out"
    "dev"
  ];

  meta = {
    description = "Draws the letters of fonts";
    homepage = "https://freetype.org/";
    license = lib.licenses.ftl;
    platforms = lib.platforms.all;
  };
})
