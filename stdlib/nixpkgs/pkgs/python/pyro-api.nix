{
  lib,
  buildPythonPackage,
  fetchPypi,
}:

buildPythonPackage rec {
  pname = "pyro-api";
  version = "0.1.2";
  format = "wheel";

  src = fetchPypi {
    pname = "pyro_api";
    inherit version format;
    python = "py3";
    sha256 = "10e0e42e9e4401ce464dab79c870e50dfb4f413d326fa777f3582928ef9caf8f";
  };

  # Its modules are for one of the languages that it stands in front of.
  doCheck = false;

  meta = {
    description = "What probabilistic languages have in common";
    homepage = "https://pypi.org/project/pyro-api/";
    license = lib.licenses.asl20;
  };
}
