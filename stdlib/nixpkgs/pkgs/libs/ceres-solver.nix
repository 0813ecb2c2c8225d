{
  lib,
  stdenv,
  fetchurl,
  cmake,
  eigen,
  gflags,
  glog,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "ceres-solver";
  version = "2.1.0";

  src = fetchurl {
    url = "http://ceres-solver.org/ceres-solver-${finalAttrs.version}.tar.gz";
    hash = "sha256-99dO7N4K7XW/xR7EjJHQH+Fqa/FrzhmHpwcyhnAeL8Y=";
  };

  nativeBuildInputs = [ cmake ];
  buildInputs = [ gflags ];
  propagatedBuildInputs = [
    eigen
    glog
  ];

  cmakeFlags = [
    (lib.cmakeBool "BUILD_EXAMPLES" false)
    (lib.cmakeBool "BUILD_TESTING" false)
  ];

  meta = {
    description = "Solves large least-squares problems";
    homepage = "http://ceres-solver.org/";
    license = lib.licenses.bsd3;
    platforms = lib.platforms.unix;
  };
})
