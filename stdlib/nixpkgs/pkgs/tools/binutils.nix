{
  lib,
  stdenv,
  fetchurl,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "binutils";
  version = "2.41";

  src = fetchurl {
    url = "mirror://gnu/binutils/binutils-${finalAttrs.version}.tar.xz";
    hash = "sha256-rppXieI0WeWWBuZxRyPy0//DHAMXQZHvDQFb3wYAdFA=";
  };

  passthru.bintools = finalAttrs.finalPackage;

  meta = {
    description = "Linker, assembler and other tools for binary files";
    homepage = "https://www.gnu.org/software/binutils/";
    license = lib.licenses.gpl3Plus;
    mainProgram = "ld";
    platforms = lib.platforms.all;
  };
})
