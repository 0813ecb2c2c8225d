{
  lib,
  stdenv,
  fetchurl,
  gmp,
  mpfr,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "libmpc";
  version = "1.3.1";

  src = fetchurl {
    url = "mirror://gnu/mpc/mpc-${finalAttrs.version}.tar.gz";
    hash = "sha256-q2QkkvXPiCt0qgy3MM1BCoHtzb7IlRg86TDnBsHHWbg=";
  };

  buildInputs = [
    gmp
    mpfr
  ];

  meta = {
    description = "Complex numbers of any precision";
    homepage = "https://www.multiprecision.org/mpc/";
    license = lib.licenses.lgpl3Plus;
    platforms = lib.platforms.all;
  };
})
