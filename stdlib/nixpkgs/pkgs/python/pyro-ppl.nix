{
  lib,
  buildPythonPackage,
  fetchPypi,
  numpy,
  opt-einsum,
  pyro-api,
  pytorch,
  tqdm,
}:

buildPythonPackage rec {
  pname = "pyro-ppl";
  version = "1.5.1";

  src = fetchPypi {
    inherit pname version;
    sha256 = "00mprgf8pf9jq3kanxjldj00cg3nbfkb5yg0mdfbdi0b1rx3vnsa";
  };

  propagatedBuildInputs = [
    numpy
    opt-einsum
    pyro-api
    pytorch
    tqdm
  ];

  pythonImportsCheck = [ "pyro" ];

  meta = {
    description = "Programs that reason with probabilities";
    homepage = "https://pyro.ai/";
    license = lib.licenses.asl20;
  };
}
