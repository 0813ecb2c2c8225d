{
  mkDerivation,
  lib,
  gdSupport ? true,
  gd,
  pkg-config,
}:
mkDerivation {
  name = "graphviz";
  src = ../graphviz.tar.gz;
  buildInputs = if gdSupport then [ pkg-config (lib.getLib gd) (lib.getDev gd) ] else [ ];
}
