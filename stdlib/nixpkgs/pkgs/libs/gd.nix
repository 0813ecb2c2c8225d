{
  lib,
  stdenv,
  fetchurl,
  pkg-config,
  fontconfig,
  freetype,
  libjpeg,
  libpng,
  zlib,
  withFontconfig ? true,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "gd";
  version = "2.3.3";

  src = fetchurl {
    url = "https://github.com/libgd/libgd/releases/download/gd-${finalAttrs.version}/libgd-${finalAttrs.version}.tar.xz";
    hash = "sha256-P+gi7OIHlgYK9jt8YKyxUeWEQgTSidoM4I+P3xMeWmE=";
  };

  nativeBuildInputs = [ pkg-config ];
  buildInputs = [
    freetype
    libjpeg
    libpng
    zlib
  ]
  ++ lib.optional withFontconfig fontconfig;

  configureFlags = [ "--enable-gd-formats" ];

  outputs = [
    "bin"
    "dev"
    "out"
  ];

  meta = {
    description = "Makes images: lines, text, pictures";
    homepage = "https://libgd.github.io/";
    license = lib.licenses.free;
    platforms = lib.platforms.unix;
  };
})
