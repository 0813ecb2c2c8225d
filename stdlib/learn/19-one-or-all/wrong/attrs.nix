# [M5] `stdenv` is an argument, and you gave it to `overrideAttrs`: `mkDerivation` belongs to a stdenv, and that was chosen before. Use `override`.
let
  pkgs = import <nixpkgs> { };
in
{
  colmap13 = pkgs.colmap.overrideAttrs { compiler = pkgs.gcc13; };
  overlay = final: prev: {
    colmap = prev.colmap.overrideAttrs { compiler = final.gcc13; };
    ceres-solver = prev.ceres-solver.overrideAttrs { compiler = final.gcc13; };
  };
}
