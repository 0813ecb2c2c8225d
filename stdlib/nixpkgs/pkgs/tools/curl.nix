{
  lib,
  stdenv,
  fetchurl,
  zlib,
  zlibSupport ? true,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "curl";
  version = "8.20.0";

  src = fetchurl {
    url = "https://curl.se/download/curl-${finalAttrs.version}.tar.xz";
    hash = "sha256-Y/4twUi6DOromSLvg49+XJRicsLni3xZ+rS3nTziuJY=";
  };

  buildInputs = lib.optional zlibSupport zlib;

  configureFlags = [
    "--disable-manual"
    "--without-libpsl"
    "--without-ssl"
  ];

  meta = {
    description = "Transfers what a URL names";
    homepage = "https://curl.se/";
    license = lib.licenses.curl;
    platforms = lib.platforms.all;
  };
})
