{
  lib,
  stdenv,
  fetchurl,
  pkg-config,
  expat,
  freetype,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "fontconfig";
  version = "2.15.0";

  src = fetchurl {
    url = "https://www.freedesktop.org/software/fontconfig/release/fontconfig-${finalAttrs.version}.tar.xz";
    hash = "sha256-Y6BljQ4G4PqIYQZFK1jvBPIfWCAuoCqUw53g0zNdfA4=";
  };

  nativeBuildInputs = [ pkg-config ];
  buildInputs = [ expat ];
  propagatedBuildInputs = [ freetype ];

  configureFlags = [
    "--sysconfdir=/etc"
    "--disable-docs"
  ];

  outputs = [
    "bin"
    "dev"
    "out"
  ];

  meta = {
    description = "Finds the font that fits best";
    homepage = "https://www.freedesktop.org/wiki/Software/fontconfig/";
    license = lib.licenses.mit;
    platforms = lib.platforms.all;
  };
})
