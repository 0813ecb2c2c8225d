# The compiler, of several versions. On its own it does not know where things are: see stdenv/cc-wrapper.nix.
{
  lib,
  stdenv,
  fetchurl,
  binutils,
  gmp,
  libmpc,
  mpfr,
  zlib,
  version,
  langCC ? true,
  langFortran ? false,
}:

let
  hashes = {
    "12.4.0" = "sha256-cE9lJgTMvMsUvavzR4yVEciXiLEss7v/3tNzQZFqkXU=";
    "13.4.0" = "sha256-nEzm27BAVo/cVFWIrAPFy8lajb8MeqSQFwhDr7WcqPU=";
    "14.3.0" = "sha256-4Nx3KXYlYxrI5Q+pL//v6Jmk63AlktpcMu8E4ik6yjo=";
  };
in
stdenv.mkDerivation {
  pname = "gcc";
  inherit version;

  src = fetchurl {
    url = "mirror://gcc/gcc-${version}/gcc-${version}.tar.xz";
    hash = hashes.${version};
  };

  nativeBuildInputs = [ binutils ];
  buildInputs = [
    gmp
    libmpc
    mpfr
    zlib
  ];

  configureFlags = [
    "--disable-multilib"
    "--disable-bootstrap"
    "--with-system-zlib"
    "--enable-languages=${
      lib.concatStringsSep "," ([ "c" ] ++ lib.optional langCC "c++" ++ lib.optional langFortran "fortran")
    }"
  ];

  enableParallelBuilding = true;

  passthru = {
    isGNU = true;
    inherit langCC langFortran;
  };

  meta = {
    description = "GNU Compiler Collection, version ${version}";
    homepage = "https://gcc.gnu.org/";
    license = lib.licenses.gpl3Plus;
    platforms = lib.platforms.all;
  };
}
