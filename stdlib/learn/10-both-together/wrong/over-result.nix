# [M4] `overrides` are put over the result. They are arguments: they have to be there when `f` is called.
let
  inherit (import ./lib.nix) makeOverridable;
in
{
  callPackageWith =
    pkgs: f: overrides:
    makeOverridable f (builtins.intersectAttrs (builtins.functionArgs f) pkgs) // overrides;
}
