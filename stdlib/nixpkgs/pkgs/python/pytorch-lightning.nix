# The package of a question in the forum: how does one override the version of a Python package? The version is
# used three times, in the name, in `rev`, and in the URL that `fetchFromGitHub` makes of it; thanks to `rec` all three
# are the version that is written *here*, whatever `overrideAttrs` says later. The ways that work are in
# lib/derivations.nix.
{
  lib,
  buildPythonPackage,
  fetchFromGitHub,
  isPy27,
  future,
  pytorch,
  pyyaml,
  tensorflow-tensorboard,
  tqdm,
}:

buildPythonPackage rec {
  pname = "pytorch-lightning";
  version = "0.8.5";

  disabled = isPy27;

  src = fetchFromGitHub {
    owner = "PyTorchLightning";
    repo = pname;
    rev = version;
    sha256 = "12zhq4pnfcwbgcx7cs99c751gp3w0ysaf5ykv2lv8f4i360w3r5a";
  };

  propagatedBuildInputs = [
    future
    pytorch
    pyyaml
    tensorflow-tensorboard
    tqdm
  ];

  # The tests build distributed models.
  doCheck = false;
  pythonImportsCheck = [ "pytorch_lightning" ];

  meta = {
    description = "PyTorch with less to write";
    homepage = "https://pytorch-lightning.readthedocs.io/";
    license = lib.licenses.asl20;
  };
}
