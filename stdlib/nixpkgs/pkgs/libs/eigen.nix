{
  lib,
  stdenv,
  fetchFromGitLab,
  cmake,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "eigen";
  version = "3.4.0";

  src = fetchFromGitLab {
    owner = "libeigen";
    repo = "eigen";
    rev = finalAttrs.version;
    hash = "sha256-1/4xMetKMDOgZgzz3WMxfHUEpmdAm52RqZvz6i0mLEw=";
  };

  nativeBuildInputs = [ cmake ];

  meta = {
    description = "Vectors and matrices for C++";
    homepage = "https://eigen.tuxfamily.org/";
    license = lib.licenses.mpl20;
    platforms = lib.platforms.all;
  };
})
