{
  lib,
  stdenv,
  fetchurl,
  curl,
  zlib,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "git";
  version = "2.46.0";

  src = fetchurl {
    url = "https://www.kernel.org/pub/software/scm/git/git-${finalAttrs.version}.tar.xz";
    hash = "sha256-fxI0YqKLfKPr4mB0hfcWhVTCsQ38FVx+xGMAZmrCf5U=";
  };

  buildInputs = [
    curl
    zlib
  ];

  makeFlags = [
    "NO_EXPAT=1"
    "NO_GETTEXT=1"
    "NO_OPENSSL=1"
    "NO_PERL=1"
    "NO_TCLTK=1"
  ];

  meta = {
    description = "Keeps the history of files";
    homepage = "https://git-scm.com/";
    license = lib.licenses.gpl2Plus;
    platforms = lib.platforms.all;
  };
})
