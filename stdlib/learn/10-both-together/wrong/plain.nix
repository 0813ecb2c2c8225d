# The arguments are found, but nobody remembers them: the result has no `override`. Let `makeOverridable` do the call.
let
  inherit (import ./lib.nix) makeOverridable;
in
{
  callPackageWith =
    pkgs: f: overrides:
    f (builtins.intersectAttrs (builtins.functionArgs f) pkgs // overrides);
}
