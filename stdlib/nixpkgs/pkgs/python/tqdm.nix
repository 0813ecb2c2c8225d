{
  lib,
  buildPythonPackage,
  fetchPypi,
}:

buildPythonPackage rec {
  pname = "tqdm";
  version = "4.47.0";

  src = fetchPypi {
    inherit pname version;
    sha256 = "63ef7a6d3eb39f80d6b36e4867566b3d8e5f1fe3d6cb50c5e9ede2b3198ba7b7";
  };

  pythonImportsCheck = [ "tqdm" ];

  meta = {
    description = "Progress bars";
    homepage = "https://tqdm.github.io/";
    license = lib.licenses.mit;
  };
}
