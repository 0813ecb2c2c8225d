{
  lib,
  buildPythonPackage,
  fetchPypi,
}:

buildPythonPackage rec {
  pname = "future";
  version = "0.18.2";

  src = fetchPypi {
    inherit pname version;
    sha256 = "b1bead90b70cf6ec3f0710ae53a525360fa360d306a86583adc6bf83a4db537d";
  };

  doCheck = false;

  meta = {
    description = "Python 3 for programs written in Python 2";
    homepage = "https://python-future.org/";
    license = lib.licenses.mit;
  };
}
