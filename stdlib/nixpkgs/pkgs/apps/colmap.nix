{
  lib,
  stdenv,
  fetchFromGitHub,
  config,
  cmake,
  boost,
  ceres-solver,
  eigen,
  glog,
  cudatoolkit,
  cudaSupport ? config.cudaSupport or false,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "colmap";
  version = "3.8";

  src = fetchFromGitHub {
    owner = "colmap";
    repo = "colmap";
    rev = finalAttrs.version;
    hash = "sha256-1uUbUZdz49TloEaPJijNwa51DxIPjgz/fthnbWLfgS8=";
  };

  nativeBuildInputs = [ cmake ];
  buildInputs = [
    boost
    ceres-solver
    eigen
    glog
  ]
  ++ lib.optional cudaSupport cudatoolkit;

  cmakeFlags = [
    (lib.cmakeBool "CUDA_ENABLED" cudaSupport)
    (lib.cmakeBool "GUI_ENABLED" false)
  ];

  meta = {
    description = "Makes models of places from photographs";
    homepage = "https://colmap.github.io/";
    license = lib.licenses.bsd3;
    mainProgram = "colmap";
    platforms = lib.platforms.unix;
  };
})
