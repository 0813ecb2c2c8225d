# What `import <nixpkgs> { … }` calls: a small package set with the interface of the large one. It is for
# learning: its packages are real derivations with real sources and hashes, few and short enough to be read.
#
# The packages are listed in pkgs/top-level.nix, their functions are explained in lib/.
{
  # The system that packages are built on and for. Pure evaluation does not know the machine's and
  # gets a fixed one.
  system ? builtins.currentSystem or "x86_64-linux",

  # The same, as other parts of nixpkgs call it: a system, or a set with an attribute `system`.
  localSystem ? system,

  # Options: `allowUnfree`, `allowBroken`, `cudaSupport`, `packageOverrides` … A set, or a function of
  # `{ pkgs, lib }`.
  config ? (import ./impure.nix).config,

  # Changes to the set: a list of functions `final: prev: { … }`, see lib/fixed-points.nix.
  overlays ? (import ./impure.nix).overlays,
}:

import ./pkgs/top-level.nix {
  lib = import ./lib;
  system = localSystem.system or localSystem;
  inherit config overlays;
}
