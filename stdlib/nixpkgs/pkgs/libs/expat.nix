{
  lib,
  stdenv,
  fetchurl,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "expat";
  version = "2.7.1";

  src = fetchurl {
    url = "https://github.com/libexpat/libexpat/releases/download/R_${
      lib.replaceStrings [ "." ] [ "_" ] finalAttrs.version
    }/expat-${finalAttrs.version}.tar.xz";
    hash = "sha256-NUVSVEuPmQEuUGL31XDsd/FLQSo/9cfY0NrmLA0hfDA=";
  };

  outputs = [
    "out"
    "dev"
  ];

  meta = {
    description = "Reads XML";
    homepage = "https://libexpat.github.io/";
    license = lib.licenses.mit;
    platforms = lib.platforms.all;
  };
})
