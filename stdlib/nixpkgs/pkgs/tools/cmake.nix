{
  lib,
  stdenv,
  fetchurl,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "cmake";
  version = "3.31.3";

  src = fetchurl {
    url = "https://cmake.org/files/v${lib.versions.majorMinor finalAttrs.version}/cmake-${finalAttrs.version}.tar.gz";
    hash = "sha256-+sRbxtQQtJsxE6uGYHSIjWyencgaFBh0RG6yOaw4y4c=";
  };

  configureScript = "./bootstrap";
  configureFlags = [
    "--no-system-libs"
    "--"
    (lib.cmakeBool "CMAKE_USE_OPENSSL" false)
  ];

  meta = {
    description = "Writes build files for make and other tools";
    homepage = "https://cmake.org/";
    license = lib.licenses.bsd3;
    platforms = lib.platforms.all;
  };
})
