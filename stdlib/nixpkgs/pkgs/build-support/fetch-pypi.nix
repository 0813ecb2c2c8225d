# A release from the Python Package Index: the sources, or with `format = "wheel"` a package built already.
{ lib, fetchurl }:

let
  initial = builtins.substring 0 1;
in
lib.makeOverridable (
  args@{
    pname,
    version,
    format ? "setuptools",
    # The ending of a source archive.
    extension ? "tar.gz",
    # For which Pythons, ABIs and platforms a wheel was built.
    python ? "py2.py3",
    abi ? "none",
    platform ? "any",
    hash ? null,
    sha256 ? null,
    sha512 ? null,
  }:
  fetchurl (
    builtins.intersectAttrs {
      hash = null;
      sha256 = null;
      sha512 = null;
    } args
    // {
      url =
        if format == "wheel" then
          "https://files.pythonhosted.org/packages/${python}/${initial pname}/${pname}/${
            lib.concatStringsSep "-" [
              pname
              version
              python
              abi
              platform
            ]
          }.whl"
        else
          "mirror://pypi/${initial pname}/${pname}/${pname}-${version}.${extension}";
    }
  )
)
