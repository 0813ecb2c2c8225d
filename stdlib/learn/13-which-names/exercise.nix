# Use for each wish the mechanism that reaches it.
# `nox`: graphviz without Xorg.
# `fast`: graphviz with the flag "--fast" after its configureFlags.
# `both`: both of it.
let
  pkgs = import <nixpkgs> { };
in
{
  nox = pkgs.graphviz;
  fast = pkgs.graphviz;
  both = pkgs.graphviz;
}
