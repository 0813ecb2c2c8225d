{
  lib,
  stdenv,
  fetchurl,
  bzip2,
  zlib,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "boost";
  version = "1.81.0";

  src = fetchurl {
    url = "mirror://sourceforge/boost/boost_${lib.replaceStrings [ "." ] [ "_" ] finalAttrs.version}.tar.bz2";
    hash = "sha256-cf7u2QD7zMoEo7Ty+Ep8IXGG8oqUDti37UclmGuvmfo=";
  };

  buildInputs = [
    bzip2
    zlib
  ];

  configureScript = "./bootstrap.sh";
  buildPhase = "./b2 -j$NIX_BUILD_CORES";
  installPhase = "./b2 install";

  meta = {
    description = "Libraries for C++";
    homepage = "https://www.boost.org/";
    license = lib.licenses.boost;
    platforms = lib.platforms.all;
  };
})
