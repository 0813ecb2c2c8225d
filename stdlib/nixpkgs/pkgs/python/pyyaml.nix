{
  lib,
  buildPythonPackage,
  fetchPypi,
}:

buildPythonPackage rec {
  pname = "PyYAML";
  version = "5.3.1";

  src = fetchPypi {
    inherit pname version;
    sha256 = "b8eac752c5e14d3eca0e6dd9199cd627518cb5ec06add0de9d32baeee6fe645d";
  };

  pythonImportsCheck = [ "yaml" ];

  meta = {
    description = "Reads and writes YAML";
    homepage = "https://pyyaml.org/";
    license = lib.licenses.mit;
  };
}
