{
  lib,
  stdenv,
  fetchurl,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "libjpeg";
  version = "10";

  src = fetchurl {
    url = "http://www.ijg.org/files/jpegsrc.v${finalAttrs.version}.tar.gz";
    hash = "sha256-i56qEyQmkOvQPhcoqx7fl6gaeO1ug2JNSTZV8xrJWrU=";
  };

  outputs = [
    "bin"
    "dev"
    "out"
  ];

  meta = {
    description = "Reads and writes JPEG images";
    homepage = "https://www.ijg.org/";
    license = lib.licenses.ijg;
    platforms = lib.platforms.all;
  };
})
