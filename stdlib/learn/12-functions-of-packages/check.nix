answer:
let
  pkgs = import <nixpkgs> { };
  inherit (answer) withPatches withFlags;
  bare = pkgs.stdenv.mkDerivation { name = "bare"; };
  names = drv: map baseNameOf drv.patches;
in
{
  "a patch is added" = {
    expr = names (withPatches [ ./a.patch ] pkgs.graphviz);
    expected = [ "a.patch" ];
  };
  "patches add up, in their order" = {
    expr = names (withPatches [ ./b.patch ] (withPatches [ ./a.patch ] pkgs.graphviz));
    expected = [
      "a.patch"
      "b.patch"
    ];
  };
  "flags come after those of the package" = {
    expr = (withFlags [ "--fast" ] pkgs.gd).configureFlags;
    expected = [
      "--enable-gd-formats"
      "--fast"
    ];
  };
  "a package without flags gets some too" = {
    expr = (withFlags [ "--fast" ] bare).configureFlags;
    expected = [ "--fast" ];
  };
  "in any order" = {
    expr =
      (withFlags [ "--fast" ] (withPatches [ ./a.patch ] pkgs.gd)).drvPath == (withPatches [ ./a.patch ] (
        withFlags [ "--fast" ] pkgs.gd
      )).drvPath;
    expected = true;
  };
  "the result is another build" = {
    expr = (withFlags [ "--fast" ] pkgs.gd).drvPath != pkgs.gd.drvPath;
    expected = true;
  };
}
