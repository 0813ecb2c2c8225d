{
  lib,
  buildPythonPackage,
  fetchPypi,
}:

buildPythonPackage rec {
  pname = "six";
  version = "1.15.0";

  src = fetchPypi {
    inherit pname version;
    sha256 = "30639c035cdb23534cd4aa2dd52c3bf48f06e5f4a941509c8bafd8ce11080259";
  };

  pythonImportsCheck = [ "six" ];

  meta = {
    description = "For programs that run under Python 2 and 3";
    homepage = "https://pypi.org/project/six/";
    license = lib.licenses.mit;
  };
}
