answer:
let
  pkgs = import <nixpkgs> { };
  gd = pkgs.gd.override { withFontconfig = false; };
  names = map (x: x.pname or "");
in
{
  "customgd is another build than gd" = {
    expr = answer.customgd.drvPath != pkgs.gd.drvPath;
    expected = true;
  };
  "customgd does not use fontconfig" = {
    expr = builtins.elem "fontconfig" (names answer.customgd.buildInputs);
    expected = false;
  };
  "customgd is gd with one argument changed, and nothing else" = {
    expr = answer.customgd.drvPath == gd.drvPath;
    expected = true;
  };
  "mine uses customgd" = {
    expr = answer.mine.drvPath == (pkgs.graphviz.override { inherit gd; }).drvPath;
    expected = true;
  };
  "minimal has customgd too" = {
    expr = builtins.elem gd.dev.outPath (map (x: x.outPath) answer.minimal.buildInputs);
    expected = true;
  };
  "minimal has no libX11" = {
    expr = builtins.elem "libX11" (names answer.minimal.buildInputs);
    expected = false;
  };
}
