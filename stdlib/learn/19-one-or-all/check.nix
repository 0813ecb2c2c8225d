answer:
let
  plain = import <nixpkgs> { };
  inherit (plain) lib;
  set = import <nixpkgs> { overlays = [ answer.overlay ]; };
  gcc = drv: lib.versions.major drv.stdenv.cc.version;
  ceres = drv: lib.last (builtins.filter (x: x.pname or "" == "ceres-solver") drv.buildInputs);
in
{
  "colmap13 is built by gcc 13" = {
    expr = gcc answer.colmap13;
    expected = "13";
  };
  "colmap13 uses the set's ceres-solver" = {
    expr = (ceres answer.colmap13).outPath == plain.ceres-solver.outPath;
    expected = true;
  };
  "after the overlay, colmap is built by gcc 13" = {
    expr = gcc set.colmap;
    expected = "13";
  };
  "after the overlay, its ceres-solver is built by gcc 13" = {
    expr = gcc (ceres set.colmap);
    expected = "13";
  };
  "after the overlay, there is one ceres-solver" = {
    expr = (ceres set.colmap).outPath == set.ceres-solver.outPath;
    expected = true;
  };
  "zlib is not built anew" = {
    expr = set.zlib.drvPath == plain.zlib.drvPath;
    expected = true;
  };
}
