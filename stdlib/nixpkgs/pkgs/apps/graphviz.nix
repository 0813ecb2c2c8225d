{
  lib,
  stdenv,
  fetchFromGitLab,
  pkg-config,
  bzip2,
  expat,
  fontconfig,
  gd,
  libX11,
  libjpeg,
  libpng,
  withXorg ? true,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "graphviz";
  version = "12.2.1";

  src = fetchFromGitLab {
    owner = "graphviz";
    repo = "graphviz";
    rev = finalAttrs.version;
    hash = "sha256-Uxqg/7+LpSGX4lGH12uRBxukVw0IswFPfpb2EkLsaiI=";
  };

  nativeBuildInputs = [ pkg-config ];
  buildInputs = [
    bzip2
    expat
    fontconfig
    gd
    libjpeg
    libpng
  ]
  ++ lib.optional withXorg libX11;

  configureFlags = [ (lib.withFeature withXorg "x") ];

  preConfigure = "./autogen.sh";

  meta = {
    description = "Draws graphs";
    homepage = "https://graphviz.org/";
    license = lib.licenses.epl10;
    mainProgram = "dot";
    platforms = lib.platforms.unix;
  };
})
