{
  lib,
  buildPythonPackage,
  fetchPypi,
  isPy3k,
  numpy,
  six,
}:

buildPythonPackage rec {
  pname = "tensorflow-tensorboard";
  version = "2.3.0";
  format = "wheel";

  disabled = !isPy3k;

  src = fetchPypi {
    pname = "tensorboard";
    inherit version format;
    python = "py3";
    hash = "sha256-00YJ7YP/Ad1bSe+BAxz8nBZrug2r1gGXAk8U316Orl4=";
  };

  propagatedBuildInputs = [
    numpy
    six
  ];

  # It wants more than this little set has.
  doCheck = false;

  meta = {
    description = "Looks into programs while they learn";
    homepage = "https://www.tensorflow.org/tensorboard";
    license = lib.licenses.asl20;
  };
}
