{
  lib,
  stdenv,
  fetchurl,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "gnugrep";
  version = "3.12";

  src = fetchurl {
    url = "mirror://gnu/grep/grep-${finalAttrs.version}.tar.xz";
    hash = "sha256-JkmyfA6Q5jLq3NdXvgbG6aT0jZQd5R58D4P/dkCKB7k=";
  };

  meta = {
    description = "Finds lines that match a pattern";
    homepage = "https://www.gnu.org/software/grep/";
    license = lib.licenses.gpl3Plus;
    mainProgram = "grep";
    platforms = lib.platforms.all;
  };
})
