let
  pkgs = import <nixpkgs> { };
in
{
  before = pkgs.graphviz;
  after = pkgs.graphviz.override { gd = pkgs.gd.override { withFontconfig = false; }; };
}
