{
  lib,
  stdenv,
  fetchurl,
  pkg-config,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "libX11";
  version = "1.8.12";

  src = fetchurl {
    url = "mirror://xorg/individual/lib/libX11-${finalAttrs.version}.tar.xz";
    hash = "sha256-+gJvm7AST01sgI+a70BXqtZeezXY/0OVHO8Kvga7mpo=";
  };

  nativeBuildInputs = [ pkg-config ];

  meta = {
    description = "Talks to the X server";
    homepage = "https://www.x.org/";
    license = lib.licenses.mit;
    platforms = lib.platforms.all;
  };
})
