{
  lib,
  stdenv,
  fetchFromGitHub,
  cmake,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "gflags";
  version = "2.2.2";

  src = fetchFromGitHub {
    owner = "gflags";
    repo = "gflags";
    rev = "v${finalAttrs.version}";
    hash = "sha256-4NLd/p72H7ZiFCCVjTfM/rDvZ8CVPMxYpnJ2O1od8ZA=";
  };

  nativeBuildInputs = [ cmake ];

  meta = {
    description = "Command-line flags for C++";
    homepage = "https://gflags.github.io/gflags/";
    license = lib.licenses.bsd3;
    platforms = lib.platforms.all;
  };
})
