{
  lib,
  buildPythonPackage,
  fetchPypi,
  numpy,
}:

buildPythonPackage rec {
  pname = "opt-einsum";
  version = "3.3.0";
  format = "wheel";

  src = fetchPypi {
    pname = "opt_einsum";
    inherit version format;
    python = "py3";
    sha256 = "2455e59e3947d3c275477df7f5205b30635e266fe6dc300e3d9f9646bfcea147";
  };

  propagatedBuildInputs = [ numpy ];

  pythonImportsCheck = [ "opt_einsum" ];

  meta = {
    description = "Multiplies many tensors in a good order";
    homepage = "https://optimized-einsum.readthedocs.io/";
    license = lib.licenses.mit;
  };
}
