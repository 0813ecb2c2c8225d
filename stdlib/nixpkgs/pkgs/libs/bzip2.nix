{
  lib,
  stdenv,
  fetchurl,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "bzip2";
  version = "1.0.8";

  src = fetchurl {
    url = "https://sourceware.org/pub/bzip2/bzip2-${finalAttrs.version}.tar.gz";
    hash = "sha256-q1oDF27hBtPw+pDjgdpHjdrkBZGBU8yiSOaCzQxKImk=";
  };

  # No configure script: the place is told when installing.
  installFlags = [ "PREFIX=${placeholder "out"}" ];

  meta = {
    description = "Compresses files well, and slowly";
    homepage = "https://sourceware.org/bzip2/";
    license = lib.licenses.free;
    platforms = lib.platforms.all;
  };
})
