# 5. "How do I override the version of a Python package?": the way that was asked about, and those that work.
let
  pkgs = import ./pkgs.nix { };
  inherit (pkgs) lib;
  ps = pkgs.python3Packages;
  original = ps."pytorch-lightning";

  # As it was posted: the name changes, the attribute `rev` does, and the source is the old one.
  posted = ps."pytorch-lightning".overrideAttrs (o: o // {
    version = "0.9.0";
    name = "pytorch-lightning-0.9.0";
    src = o.src.overrideAttrs (o2: o2 // { rev = "0.9.0"; });
  });

  # Put this where a hash belongs, build, and Nix will tell the right one.
  hash = lib.fakeHash;
  source = version: pkgs.fetchFromGitHub {
    owner = "PyTorchLightning";
    repo = "pytorch-lightning";
    rev = version;
    inherit hash;
  };

  # What works: the arguments of buildPythonPackage with a new source …
  byPythonAttrs = original.overridePythonAttrs (old: rec {
    version = "0.9.0";
    src = source version;
  });
  # … the source's own arguments anew …
  bySourceOverride = original.overridePythonAttrs (old: {
    version = "0.9.0";
    src = old.src.override {
      rev = "0.9.0";
      inherit hash;
      sha256 = null;
    };
  });
  # … a package that uses its version as it is in the end …
  withFinalAttrs = ps.callPackage (
    { buildPythonPackage, fetchFromGitHub, pytorch }:
    buildPythonPackage (finalAttrs: {
      pname = "pytorch-lightning";
      version = "0.8.5";
      src = fetchFromGitHub {
        owner = "PyTorchLightning";
        repo = finalAttrs.pname;
        rev = finalAttrs.version;
        inherit hash;
      };
      propagatedBuildInputs = [ pytorch ];
    })
  ) { };
  byFinalAttrs = withFinalAttrs.overrideAttrs {
    version = "0.9.0";
    __intentionallyOverridingVersion = true;
  };
  # … or, as the poster proposes, takes it as an argument.
  withArgument = ps.callPackage (
    { buildPythonPackage, fetchFromGitHub, pytorch, version ? "0.8.5" }:
    buildPythonPackage rec {
      pname = "pytorch-lightning";
      inherit version;
      src = fetchFromGitHub {
        owner = "PyTorchLightning";
        repo = pname;
        rev = version;
        inherit hash;
      };
      propagatedBuildInputs = [ pytorch ];
    }
  ) { };
  byArgument = withArgument.override { version = "0.9.0"; };

  about = p: {
    inherit (p) name version drvPath;
    inherit (p.src) url outputHash;
    source = p.src.outPath;
  };
in
{
  original = about original;
  posted = about posted // {
    rev = posted.src.drvAttrs.rev;
    isNew = posted.drvPath != original.drvPath;
    sourceDerivationIsNew = posted.src.drvPath != original.src.drvPath;
    # Same name and same hash: Nix takes the old files for it, and does not even download.
    sourceIsOld = posted.src.outPath == original.src.outPath;
  };
  byPythonAttrs = about byPythonAttrs;
  bySourceOverride = about bySourceOverride // {
    same = bySourceOverride.drvPath == byPythonAttrs.drvPath;
  };
  byFinalAttrs = about byFinalAttrs;
  byArgument = about byArgument // {
    same = byArgument.drvPath == byFinalAttrs.drvPath;
  };

  # The changed packages can be changed again, in each way.
  further = {
    override = (byPythonAttrs.override { tqdm = null; }).version;
    pythonAttrs = (byPythonAttrs.overridePythonAttrs { doCheck = true; }).version;
    attrs = (byPythonAttrs.overrideAttrs { NOTE = "x"; }).version;
    pythonAfterAttrs = ((original.overrideAttrs { NOTE = "x"; }).overridePythonAttrs { version = "0.9.0"; src = source "0.9.0"; }).name;
  };

  notForPython2 = builtins.tryEval pkgs.python27Packages.pytorch-lightning.drvPath;

  # Everybody who uses it, by an overlay of the Python packages.
  everywhere =
    let
      python = pkgs.python3.override {
        packageOverrides = final: prev: {
          pytorch-lightning = prev.pytorch-lightning.overridePythonAttrs {
            version = "0.9.0";
            src = source "0.9.0";
          };
        };
      };
    in
    (python.withPackages (ps: [ ps.pytorch-lightning ])).drvPath;
}
