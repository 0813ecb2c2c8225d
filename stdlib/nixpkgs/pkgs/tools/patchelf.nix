{
  lib,
  stdenv,
  fetchurl,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "patchelf";
  version = "0.9";

  src = fetchurl {
    url = "https://nixos.org/releases/patchelf/patchelf-${finalAttrs.version}/patchelf-${finalAttrs.version}.tar.bz2";
    hash = "sha256-oPZcG6FIiQ6fL3gj9L7ffsrVQXdy9k+ZQAT1mjkBT4M=";
  };

  meta = {
    description = "Changes where a program looks for its libraries";
    homepage = "https://github.com/NixOS/patchelf";
    license = lib.licenses.gpl3Plus;
    platforms = lib.platforms.all;
  };
})
