{
  lib,
  buildPythonPackage,
  fetchPypi,
  pythonOlder,
}:

buildPythonPackage rec {
  pname = "numpy";
  version = "1.19.4";

  disabled = pythonOlder "3.6";

  src = fetchPypi {
    inherit pname version;
    extension = "zip";
    sha256 = "141ec3a3300ab89c7f2b0775289954d193cc8edb621ea05f99db9cb181530512";
  };

  pythonImportsCheck = [ "numpy" ];

  meta = {
    description = "Arrays of numbers";
    homepage = "https://numpy.org/";
    license = lib.licenses.bsd3;
  };
}
