# Needed to build nearly all others, so it comes built.
{
  lib,
  buildPythonPackage,
  fetchPypi,
}:

buildPythonPackage rec {
  pname = "setuptools";
  version = "50.3.2";
  format = "wheel";

  src = fetchPypi {
    inherit pname version format;
    python = "py3";
    hash = "sha256-LCQqCFb7rX775WDfSnrdkyTzQM9I30NlHpYEkkRmeUo=";
  };

  pythonImportsCheck = [ "setuptools" ];

  meta = {
    description = "Builds packages of Python";
    homepage = "https://setuptools.readthedocs.io/";
    license = lib.licenses.mit;
  };
}
