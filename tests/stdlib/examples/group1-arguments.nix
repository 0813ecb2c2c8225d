# 1. Packages are functions; another dependency is another argument.
let
  pkgs = import ./pkgs.nix { };
  inherit (pkgs.stdenv) mkDerivation;
  inherit (pkgs)
    gd
    fontconfig
    libjpeg
    bzip2
    ;

  customgd = gd.override { withFontconfig = false; };

  graphviz = import ./graphviz.nix {
    inherit
      mkDerivation
      gd
      fontconfig
      libjpeg
      bzip2
      ;
  };
  mygraphviz = import ./graphviz.nix {
    inherit
      mkDerivation
      fontconfig
      libjpeg
      bzip2
      ;
    gd = customgd;
  };
in
{
  graphviz = graphviz.drvPath;
  mygraphviz = mygraphviz.drvPath;
  differ = graphviz.drvPath != mygraphviz.drvPath;
  usesTheCustomGd = builtins.elem customgd.dev.outPath (map toString mygraphviz.buildInputs);
  # Nobody has asked for this one to be overridable.
  hasOverride = graphviz ? override;
}
