# `buildPythonPackage`: what `mkDerivation` is for C, for packages of Python.
#
# The result has one way more to be changed: `overridePythonAttrs` changes what was passed to *this* function, and
# then it is called again, so that the name, the checks and the builder follow. `overrideAttrs` comes after it, when
# all that is done.
{
  lib,
  stdenv,
  python,
  setuptools,
}:

let
  # Attributes that are for this function.
  own = [
    "disabled"
    "format"
    "dependencies"
    "checkInputs"
    "pythonImportsCheck"
  ];

  pythonAttrs =
    # The package's attributes, and where it takes its name and version from: the attributes as they are in the
    # end, if it was written with `finalAttrs`.
    attrs: named:
    let
      format = attrs.format or "setuptools";
      name = attrs.name or "${named.pname}-${named.version}";
    in
    lib.throwIfNot (!(attrs.disabled or false)) "${name} not supported for interpreter ${python.executable}" (
      removeAttrs attrs own
      // {
        name = "${python.libPrefix}-${name}";
        inherit format;

        builder = attrs.builder or ./build-python-package.sh;
        nativeBuildInputs =
          attrs.nativeBuildInputs or [ ]
          ++ [ python ]
          ++ lib.optional (format == "setuptools" && attrs.pname or "" != "setuptools") setuptools;
        propagatedBuildInputs = [ python ] ++ attrs.propagatedBuildInputs or [ ] ++ attrs.dependencies or [ ];

        doInstallCheck = attrs.doCheck or true;
        doCheck = false;
        pythonImportsCheck = attrs.pythonImportsCheck or [ ];

        passthru = {
          pythonModule = python;
        }
        // attrs.passthru or { };
      }
    );

  buildPythonPackage =
    recipe:
    let
      build =
        if lib.isFunction recipe then
          finalAttrs: pythonAttrs (recipe finalAttrs) finalAttrs
        else
          pythonAttrs recipe recipe;
    in
    overridable recipe (stdenv.mkDerivation build);

  # The package with `overridePythonAttrs`, which `overrideAttrs` must not lose.
  overridable =
    recipe: package:
    package
    // {
      overridePythonAttrs =
        change:
        buildPythonPackage (
          if lib.isFunction recipe then
            lib.extends (lib.toExtension change) recipe
          else
            recipe // lib.toFunction change recipe
        );
      overrideAttrs = change: overridable recipe (package.overrideAttrs change);
    };
in
buildPythonPackage
