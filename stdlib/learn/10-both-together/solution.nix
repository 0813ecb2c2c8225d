let
  inherit (import ./lib.nix) makeOverridable;
in
{
  callPackageWith =
    pkgs: f: overrides:
    let
      automatic = builtins.intersectAttrs (builtins.functionArgs f) pkgs;
    in
    makeOverridable f (automatic // overrides);
}
