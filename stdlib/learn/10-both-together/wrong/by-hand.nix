# `override` loses what was passed by hand: you let `makeOverridable` remember what was *found*, and put the rest in behind its back. All arguments have to go through it.
let
  inherit (import ./lib.nix) makeOverridable;
in
{
  callPackageWith =
    pkgs: f: overrides:
    let
      automatic = builtins.intersectAttrs (builtins.functionArgs f) pkgs;
      overridable = makeOverridable f automatic;
    in
    f (automatic // overrides) // { inherit (overridable) override; };
}
