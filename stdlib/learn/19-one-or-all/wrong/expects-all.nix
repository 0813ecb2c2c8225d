# [M9] colmap has gcc 13, ceres-solver has not: overriding colmap does not reach what it uses. The overlay has to change both.
let
  pkgs = import <nixpkgs> { };
in
{
  colmap13 = pkgs.colmap.override { stdenv = pkgs.gcc13Stdenv; };
  overlay = final: prev: {
    colmap = prev.colmap.override { stdenv = final.gcc13Stdenv; };
  };
}
