{
  lib,
  buildPythonPackage,
  fetchFromGitHub,
  libjpeg,
  libpng,
  numpy,
  pillow,
  pytorch,
}:

buildPythonPackage rec {
  pname = "torchvision";
  version = "0.8.2";

  src = fetchFromGitHub {
    owner = "pytorch";
    repo = "vision";
    rev = "v${version}";
    sha256 = "0yhpbq7linrk2qp5jxsvlgkmwa5bn38s9kcswy4jzvmx1fjbkpq0";
  };

  buildInputs = [
    libjpeg
    libpng
  ];
  propagatedBuildInputs = [
    numpy
    pillow
    pytorch
  ];

  # The tests download large sets of images.
  doCheck = false;
  pythonImportsCheck = [ "torchvision" ];

  meta = {
    description = "Pictures for PyTorch";
    homepage = "https://pytorch.org/vision/";
    license = lib.licenses.bsd3;
  };
}
