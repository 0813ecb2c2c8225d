{
  lib,
  buildPythonPackage,
  fetchFromGitHub,
  isPy3k,
  cmake,
  future,
  numpy,
  pyyaml,
  config,
  cudatoolkit,
  cudaSupport ? config.cudaSupport or false,
}:

buildPythonPackage rec {
  pname = "pytorch";
  version = "1.6.0";

  disabled = !isPy3k;

  src = fetchFromGitHub {
    owner = "pytorch";
    repo = "pytorch";
    rev = "v${version}";
    fetchSubmodules = true;
    sha256 = "14hhjsi6fnpaw9m1a3bhvdinsks6fhss6bbcrfk6jgns64abqdaz";
  };

  nativeBuildInputs = [ cmake ];
  buildInputs = lib.optional cudaSupport cudatoolkit;
  propagatedBuildInputs = [
    future
    numpy
    pyyaml
  ];

  # setup.py calls cmake itself.
  dontUseCmakeConfigure = true;

  env = {
    PYTORCH_BUILD_NUMBER = "0";
    PYTORCH_BUILD_VERSION = version;
    USE_CUDA = if cudaSupport then "1" else "0";
  };

  # The tests take hours.
  doCheck = false;
  pythonImportsCheck = [ "torch" ];

  meta = {
    description = "Machine learning: tensors, and how they depend on each other";
    homepage = "https://pytorch.org/";
    license = lib.licenses.bsd3;
    platforms = lib.platforms.unix;
  };
}
