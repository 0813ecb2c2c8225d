{
  lib,
  stdenv,
  fetchFromGitHub,
  cmake,
  gflags,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "glog";
  version = "0.6.0";

  src = fetchFromGitHub {
    owner = "google";
    repo = "glog";
    rev = "v${finalAttrs.version}";
    hash = "sha256-xqRp9vaauBkKz2CXbh/Z4TWqhaUtqfbsSlbYZR/kW9s=";
  };

  nativeBuildInputs = [ cmake ];
  propagatedBuildInputs = [ gflags ];

  meta = {
    description = "Logging for C++";
    homepage = "https://github.com/google/glog";
    license = lib.licenses.bsd3;
    platforms = lib.platforms.all;
  };
})
