# 2. callPackage fills the arguments in, and remembers them: two ways to the same derivation.
let
  pkgs = import ./pkgs.nix { };
  inherit (pkgs) lib;
  callPackage = lib.callPackageWith (pkgs // { inherit (pkgs.stdenv) mkDerivation; });

  customgd = pkgs.gd.override { withFontconfig = false; };

  graphviz = callPackage ./graphviz.nix { };
  mygraphviz = callPackage ./graphviz.nix { gd = customgd; };
  overridden = graphviz.override { gd = customgd; };
in
{
  graphviz = graphviz.drvPath;
  mygraphviz = mygraphviz.drvPath;
  same = mygraphviz.drvPath == overridden.drvPath;
  backAgain = (overridden.override { inherit (pkgs) gd; }).drvPath == graphviz.drvPath;
  byFunction = (graphviz.override (old: { gd = old.gd.override { withFontconfig = false; }; })).drvPath == mygraphviz.drvPath;
  arguments = lib.functionArgs graphviz.override;

  # The set's own graphviz, by the set's own callPackage.
  packaged = pkgs.graphviz.drvPath;
  packagedAgain = (pkgs.callPackage <nixpkgs/pkgs/apps/graphviz.nix> { }).drvPath == pkgs.graphviz.drvPath;
  packagedOverridden = (pkgs.graphviz.override { gd = customgd; }).drvPath;
  twiceOverridden =
    ((pkgs.graphviz.override { gd = customgd; }).override { withXorg = false; }).drvPath
    == (pkgs.graphviz.override {
      gd = customgd;
      withXorg = false;
    }).drvPath;
}
