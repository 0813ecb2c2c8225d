{
  lib,
  stdenv,
  fetchurl,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "gnumake";
  version = "4.3";

  src = fetchurl {
    url = "mirror://gnu/make/make-${finalAttrs.version}.tar.gz";
    hash = "sha256-4F/d5HxffKRctpfpc4lP9PXXnhO3UO1X17Ztje/Hjhk=";
  };

  meta = {
    description = "Builds what is older than its sources";
    homepage = "https://www.gnu.org/software/make/";
    license = lib.licenses.gpl3Plus;
    mainProgram = "make";
    platforms = lib.platforms.all;
  };
})
