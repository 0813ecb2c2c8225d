# The material's graphviz: a function of the packages that it needs.
{
  mkDerivation,
  gd,
  fontconfig,
  libjpeg,
  bzip2,
}:

mkDerivation {
  name = "graphviz-2.49.3";
  src = ./graphviz.tar.gz;
  buildInputs = [
    gd
    fontconfig
    libjpeg
    bzip2
  ];
}
