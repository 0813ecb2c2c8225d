{
  lib,
  stdenv,
  fetchurl,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "pkg-config";
  version = "0.29.2";

  src = fetchurl {
    url = "https://pkg-config.freedesktop.org/releases/pkg-config-${finalAttrs.version}.tar.gz";
    hash = "sha256-b8acAWiMlFilfrmhZkyaujcszaQgoCv0Qp/mEOfn1ZE=";
  };

  configureFlags = [ "--with-internal-glib" ];

  meta = {
    description = "Tells compilers where libraries are";
    homepage = "https://www.freedesktop.org/wiki/Software/pkg-config/";
    license = lib.licenses.gpl2Plus;
    platforms = lib.platforms.all;
  };
})
