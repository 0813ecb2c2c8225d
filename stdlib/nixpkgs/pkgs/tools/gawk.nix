{
  lib,
  stdenv,
  fetchurl,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "gawk";
  version = "5.3.2";

  src = fetchurl {
    url = "mirror://gnu/gawk/gawk-${finalAttrs.version}.tar.gz";
    hash = "sha256-hjmhqI+0EaG+AmY3OdA+kCptMTtcb+Ak0L/rM0GhmhE=";
  };

  meta = {
    description = "A language for working on lines of text";
    homepage = "https://www.gnu.org/software/gawk/";
    license = lib.licenses.gpl3Plus;
    mainProgram = "awk";
    platforms = lib.platforms.all;
  };
})
