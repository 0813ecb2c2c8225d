{ mkDerivation }:
mkDerivation {
  name = "hello";
  src = ../graphviz.tar.gz;
}
