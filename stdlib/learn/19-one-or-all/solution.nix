let
  pkgs = import <nixpkgs> { };
in
{
  colmap13 = pkgs.colmap.override { stdenv = pkgs.gcc13Stdenv; };
  overlay = final: prev: {
    colmap = prev.colmap.override { stdenv = final.gcc13Stdenv; };
    ceres-solver = prev.ceres-solver.override { stdenv = final.gcc13Stdenv; };
  };
}
