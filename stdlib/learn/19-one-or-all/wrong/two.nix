# [M9] colmap gets a ceres-solver of its own, and the set has another: two of one library. Change it in the set, and colmap gets it from there.
let
  pkgs = import <nixpkgs> { };
in
{
  colmap13 = pkgs.colmap.override { stdenv = pkgs.gcc13Stdenv; };
  overlay = final: prev: {
    colmap = prev.colmap.override {
      stdenv = final.gcc13Stdenv;
      ceres-solver = prev.ceres-solver.override { stdenv = final.gcc13Stdenv; };
    };
  };
}
