{
  lib,
  buildPythonPackage,
  fetchPypi,
  isPy27,
  freetype,
  libjpeg,
  zlib,
}:

buildPythonPackage rec {
  pname = "Pillow";
  version = "7.2.0";

  disabled = isPy27;

  src = fetchPypi {
    inherit pname version;
    sha256 = "97f9e7953a77d5a70f49b9a48da7776dc51e9b738151b22dacf101641594a626";
  };

  buildInputs = [
    freetype
    libjpeg
    zlib
  ];

  pythonImportsCheck = [ "PIL" ];

  meta = {
    description = "Images";
    homepage = "https://python-pillow.org/";
    license = lib.licenses.free;
  };
}
