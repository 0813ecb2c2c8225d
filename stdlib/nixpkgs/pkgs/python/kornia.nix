{
  lib,
  buildPythonPackage,
  fetchPypi,
  numpy,
  pytorch,
}:

buildPythonPackage rec {
  pname = "kornia";
  version = "0.4.1";
  format = "wheel";

  src = fetchPypi {
    inherit pname version format;
    sha256 = "e1813025a55a962965ef1ef49a90fe94f4f6e15bd3c8ae67b5e99bf927aca62c";
  };

  propagatedBuildInputs = [
    numpy
    pytorch
  ];

  pythonImportsCheck = [ "kornia" ];

  meta = {
    description = "Computer vision of which one can take derivatives";
    homepage = "https://kornia.github.io/";
    license = lib.licenses.asl20;
  };
}
