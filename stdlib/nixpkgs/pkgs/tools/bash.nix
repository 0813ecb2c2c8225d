{
  lib,
  stdenv,
  fetchurl,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "bash";
  version = "5.2";

  src = fetchurl {
    url = "mirror://gnu/bash/bash-${finalAttrs.version}.tar.gz";
    hash = "sha256-oTnBZt9/9EccXgczBRZC7lVWwcyKSnjxRVg8XIGrMvs=";
  };

  meta = {
    description = "The shell that runs nearly all builds";
    homepage = "https://www.gnu.org/software/bash/";
    license = lib.licenses.gpl3Plus;
    mainProgram = "bash";
    platforms = lib.platforms.all;
  };
})
