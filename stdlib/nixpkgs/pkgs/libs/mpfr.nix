{
  lib,
  stdenv,
  fetchurl,
  gmp,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "mpfr";
  version = "4.2.1";

  src = fetchurl {
    url = "mirror://gnu/mpfr/mpfr-${finalAttrs.version}.tar.xz";
    hash = "sha256-J3gHNTpnJpeJlpRa8T5Sgp46vXqaW3+yeTiU4Y8fy7I=";
  };

  # Its header includes gmp's.
  propagatedBuildInputs = [ gmp ];

  meta = {
    description = "Floating-point numbers of any precision";
    homepage = "https://www.mpfr.org/";
    license = lib.licenses.lgpl3Plus;
    platforms = lib.platforms.all;
  };
})
