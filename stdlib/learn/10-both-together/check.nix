answer:
let
  pkgs = {
    gd = "gd-2.3";
    libpng = "libpng-1.6";
  };
  graphviz =
    answer.callPackageWith pkgs
      (
        {
          gd,
          libpng,
          withX ? true,
        }:
        {
          name = if withX then "graphviz" else "graphviz-core";
          inputs = [
            gd
            libpng
          ];
        }
      )
      { withX = false; };
in
{
  "the inputs are found" = {
    expr = graphviz.inputs;
    expected = [
      "gd-2.3"
      "libpng-1.6"
    ];
  };
  "what is passed by hand counts" = {
    expr = graphviz.name;
    expected = "graphviz-core";
  };
  "an override" = {
    expr = (graphviz.override { gd = "mine"; }).inputs;
    expected = [
      "mine"
      "libpng-1.6"
    ];
  };
  "an override keeps what was passed by hand" = {
    expr = (graphviz.override { gd = "mine"; }).name;
    expected = "graphviz-core";
  };
  "a second override keeps the first" = {
    expr = ((graphviz.override { gd = "mine"; }).override { libpng = "other"; }).inputs;
    expected = [
      "mine"
      "other"
    ];
  };
  "a function of the old arguments" = {
    expr = (graphviz.override (old: { gd = old.gd + "-patched"; })).inputs;
    expected = [
      "gd-2.3-patched"
      "libpng-1.6"
    ];
  };
}
