{
  lib,
  stdenv,
  fetchurl,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "gmp";
  version = "6.3.0";

  src = fetchurl {
    url = "mirror://gnu/gmp/gmp-${finalAttrs.version}.tar.xz";
    hash = "sha256-o8K4AgG4nmhhb0rTC8Zq7kknw85Q4zkpyoGdXENTiJg=";
  };

  meta = {
    description = "Numbers of any size";
    homepage = "https://gmplib.org/";
    license = lib.licenses.lgpl3Plus;
    platforms = lib.platforms.all;
  };
})
