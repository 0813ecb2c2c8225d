{
  lib,
  stdenv,
  fetchurl,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "gzip";
  version = "1.14";

  src = fetchurl {
    url = "mirror://gnu/gzip/gzip-${finalAttrs.version}.tar.xz";
    hash = "sha256-Aae4gb0iC/32Ffl7hxj4C9/T9q3ThbmT3Pbv0U6MCsY=";
  };

  meta = {
    description = "Compresses files";
    homepage = "https://www.gnu.org/software/gzip/";
    license = lib.licenses.gpl3Plus;
    mainProgram = "gzip";
    platforms = lib.platforms.all;
  };
})
