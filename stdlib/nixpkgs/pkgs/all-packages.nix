# Every package of the set, by name. `callPackage` finds what each of them asks for.
final: prev:

let
  inherit (final) callPackage lib;
in
{
  # Libraries ---------------------------------------------------------------------------------------------
  boost = callPackage ./libs/boost.nix { };
  bzip2 = callPackage ./libs/bzip2.nix { };
  ceres-solver = callPackage ./libs/ceres-solver.nix { };
  eigen = callPackage ./libs/eigen.nix { };
  expat = callPackage ./libs/expat.nix { };
  fontconfig = callPackage ./libs/fontconfig.nix { };
  freetype = callPackage ./libs/freetype.nix { };
  gd = callPackage ./libs/gd.nix { };
  gflags = callPackage ./libs/gflags.nix { };
  glog = callPackage ./libs/glog.nix { };
  gmp = callPackage ./libs/gmp.nix { };
  libjpeg = callPackage ./libs/libjpeg.nix { };
  libmpc = callPackage ./libs/libmpc.nix { };
  libpng = callPackage ./libs/libpng.nix { };
  libX11 = callPackage ./libs/libX11.nix { };
  mpfr = callPackage ./libs/mpfr.nix { };
  xorg = lib.recurseIntoAttrs { inherit (final) libX11; };
  zlib = callPackage ./libs/zlib.nix { };

  # Tools -------------------------------------------------------------------------------------------------
  bash = callPackage ./tools/bash.nix { };
  cmake = callPackage ./tools/cmake.nix { };
  coreutils = callPackage ./tools/coreutils.nix { };
  curl = callPackage ./tools/curl.nix { };
  findutils = callPackage ./tools/findutils.nix { };
  gawk = callPackage ./tools/gawk.nix { };
  git = callPackage ./tools/git.nix { };
  gnugrep = callPackage ./tools/gnugrep.nix { };
  gnumake = callPackage ./tools/gnumake.nix { };
  gnused = callPackage ./tools/gnused.nix { };
  gnutar = callPackage ./tools/gnutar.nix { };
  gzip = callPackage ./tools/gzip.nix { };
  patchelf = callPackage ./tools/patchelf.nix { };
  pkg-config = callPackage ./tools/pkg-config.nix { };

  # Compilers ---------------------------------------------------------------------------------------------
  inherit (final.compilers) binutils gcc12 gcc13 gcc14;
  compilers = callPackage ./compilers.nix { };
  binutils-unwrapped = final.binutils;
  gcc = final.gcc14;

  gccStdenv = if final.stdenv.cc.isGNU then final.stdenv else final.overrideCC final.stdenv final.gcc;
  gcc12Stdenv = final.overrideCC final.gccStdenv final.gcc12;
  gcc13Stdenv = final.overrideCC final.gccStdenv final.gcc13;
  gcc14Stdenv = final.overrideCC final.gccStdenv final.gcc14;

  # Applications ------------------------------------------------------------------------------------------

  # Release 3.8 is older than gcc 13, so it gets the last compiler of its own time; newer ones are given up.
  colmap = callPackage ./apps/colmap.nix {
    stdenv = if lib.versionAtLeast final.gccStdenv.cc.version "13" then final.gcc12Stdenv else final.gccStdenv;
  };
  cudatoolkit = callPackage ./apps/cudatoolkit.nix { };
  graphviz = callPackage ./apps/graphviz.nix { };
  graphviz-nox = final.graphviz.override { withXorg = false; };
  hello = callPackage ./apps/hello.nix { };

  # Python ------------------------------------------------------------------------------------------------
  python27 = callPackage ./python {
    version = "2.7.18";
    hash = "sha256-tiwOeTdVHQzAK4/Vyw9UT5QFuvyaVNOAjtRZSBLt70M=";
  };
  python38 = callPackage ./python {
    version = "3.8.6";
    hash = "sha256-qeC3nSeqBW65zOjWOkJ7X5urFGXe4/lC3P2yWoL0q4o=";
  };
  python3 = final.python38;
  python = final.python27;

  python27Packages = lib.recurseIntoAttrs final.python27.pkgs;
  python38Packages = lib.recurseIntoAttrs final.python38.pkgs;
  python3Packages = final.python3.pkgs;
  pythonPackages = final.python.pkgs;

  # Changes that are functions, see lib/changes.nix.
  inherit (lib) applyPatches debugVersion;
}
