answer:
let
  graphviz =
    {
      gd,
      libpng,
      withX ? true,
    }:
    {
      inherit withX;
      inputs = [
        gd
        libpng
      ];
    };
in
{
  "it finds what is wanted" = {
    expr = (answer.callPackage graphviz { }).inputs;
    expected = [
      "gd-2.3"
      "libpng-1.6"
    ];
  };
  "defaults stay" = {
    expr = (answer.callPackage graphviz { }).withX;
    expected = true;
  };
  "what is passed by hand counts more" = {
    expr = (answer.callPackage graphviz { gd = "mine"; }).inputs;
    expected = [
      "mine"
      "libpng-1.6"
    ];
  };
  "what pkgs has not may be passed by hand" = {
    expr = (answer.callPackage graphviz { withX = false; }).withX;
    expected = false;
  };
  "nothing more is passed" = {
    expr = builtins.attrNames (answer.callPackage (args@{ zlib, ... }: args) { });
    expected = [ "zlib" ];
  };
}
