{
  lib,
  stdenv,
  fetchurl,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "coreutils";
  version = "9.9";

  src = fetchurl {
    url = "mirror://gnu/coreutils/coreutils-${finalAttrs.version}.tar.gz";
    hash = "sha256-kacZ/Pkj3mhgFvLI0ISovh95PzQXOGEnPEZo98Za+Uo=";
  };

  meta = {
    description = "Basic programs for files, shells and text";
    homepage = "https://www.gnu.org/software/coreutils/";
    license = lib.licenses.gpl3Plus;
    mainProgram = "coreutils";
    platforms = lib.platforms.all;
  };
})
