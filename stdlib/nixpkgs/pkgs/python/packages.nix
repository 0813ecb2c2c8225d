# The packages of one Python. They find each other through `self`, the finished scope; so an override of one of
# them in `packageOverrides` or `overrideScope` is seen by all that depend on it.
{ python }:

self:

let
  inherit (self) callPackage;
in
{
  inherit python;
  inherit (python)
    interpreter
    isPy2
    isPy27
    isPy3
    isPy38
    isPy3k
    pythonAtLeast
    pythonOlder
    sitePackages
    ;

  buildPythonPackage = callPackage ./build-python-package.nix { };
  buildPythonApplication = self.buildPythonPackage;

  future = callPackage ./future.nix { };
  kornia = callPackage ./kornia.nix { };
  numpy = callPackage ./numpy.nix { };
  opt-einsum = callPackage ./opt-einsum.nix { };
  pillow = callPackage ./pillow.nix { };
  pyro-api = callPackage ./pyro-api.nix { };
  pyro-ppl = callPackage ./pyro-ppl.nix { };
  pytorch = callPackage ./pytorch.nix { };
  pytorch-lightning = callPackage ./pytorch-lightning.nix { };
  pyyaml = callPackage ./pyyaml.nix { };
  setuptools = callPackage ./setuptools.nix { };
  six = callPackage ./six.nix { };
  tensorflow-tensorboard = callPackage ./tensorflow-tensorboard.nix { };
  torchvision = callPackage ./torchvision.nix { };
  tqdm = callPackage ./tqdm.nix { };
}
