# 4. The repositories of pills 12 and 13, the exercise of pill 14, the parameters of pill 16 and the overrides of pill 17.
let
  nixpkgs = import ./pkgs.nix { };
  inherit (nixpkgs) lib;

  # Pill 12: every dependency passed by hand.
  pill12 =
    let
      mkDerivation = import ./pills/autotools.nix nixpkgs;
    in
    rec {
      hello = import ./pills/hello.nix { inherit mkDerivation; };
      graphviz = import ./pills/graphviz.nix {
        inherit mkDerivation lib;
        inherit (nixpkgs) gd pkg-config;
      };
      graphvizCore = import ./pills/graphviz.nix {
        inherit mkDerivation lib;
        inherit (nixpkgs) gd pkg-config;
        gdSupport = false;
      };
    };

  # Pill 13: callPackage finds them.
  pill13 =
    let
      allPkgs = nixpkgs // pkgs;
      callPackage =
        path: overrides:
        let
          f = import path;
        in
        f ((builtins.intersectAttrs (builtins.functionArgs f) allPkgs) // overrides);
      pkgs = {
        mkDerivation = import ./pills/autotools.nix nixpkgs;
        hello = callPackage ./pills/hello.nix { };
        graphviz = callPackage ./pills/graphviz.nix { };
        graphvizCore = callPackage ./pills/graphviz.nix { gdSupport = false; };
      };
    in
    pkgs;

  # Pill 14 and its exercise: callPackage makes derivations overridable.
  once = f: origArgs: let origRes = f origArgs; in origRes // { override = newArgs: f (origArgs // newArgs); };
  again = f: origArgs: let origRes = f origArgs; in origRes // { override = newArgs: again f (origArgs // newArgs); };
  pill14 = {
    callPackage = (import ../../../stdlib/lib.nix).callPackageWith (nixpkgs // { inherit (pill13) mkDerivation; });
    graphviz = pill14.callPackage ./pills/graphviz.nix { };
  };
  sum = { a, b }: { result = a + b; };

  # Pills 16 and 17.
  i686 = import ./pkgs.nix { system = "i686-linux"; };
  withConfig = import ./pkgs.nix {
    config.packageOverrides = pkgs: {
      graphviz = pkgs.graphviz.override { withXorg = false; };
    };
  };
  asOverlay = import ./pkgs.nix {
    overlays = [ (final: prev: { graphviz = prev.graphviz.override { withXorg = false; }; }) ];
  };
  newZlib = final: prev: { zlib = prev.zlib.overrideAttrs { doCheck = false; }; };
  late = import ./pkgs.nix { overlays = [ newZlib ]; };
  early = import ./pkgs.nix {
    # Sees the old zlib: `packageOverrides` gets the set before the change.
    config.packageOverrides = pkgs: newZlib null pkgs // { mine = pkgs.zlib; };
  };
in
{
  pill12 = lib.mapAttrs (name: p: p.drvPath) pill12;
  pill13Same = lib.mapAttrs (name: p: p.drvPath == pill13.${name}.drvPath) pill12;

  pill14 = {
    once = (once sum { a = 3; b = 5; }).override { a = 10; };
    onceOverridable = (once sum { a = 3; b = 5; }).override { a = 10; } ? override;
    again = (((again sum { a = 3; b = 5; }).override { a = 10; }).override { b = 20; }).result;
    exercise = (pill14.graphviz.override { gdSupport = false; }).drvPath == pill12.graphvizCore.drvPath;
    exerciseTwice =
      ((pill14.graphviz.override { gdSupport = false; }).override { gdSupport = true; }).drvPath
      == pill12.graphviz.drvPath;
  };

  pill16 = {
    system = i686.hello.system;
    hello = i686.hello.drvPath;
    unfree = (builtins.tryEval nixpkgs.cudatoolkit.drvPath).success;
    allowed = (import ./pkgs.nix { config.allowUnfree = true; }).cudatoolkit.drvPath;
    byFunction = (import ./pkgs.nix { config = { pkgs, lib }: { allowUnfree = lib.isDerivation pkgs.hello; }; }).cudatoolkit.drvPath;
    localSystem = (import <nixpkgs> { localSystem.system = "i686-linux"; config = { }; overlays = [ ]; }).hello.drvPath == i686.hello.drvPath;
  };

  pill17 = {
    graphviz = withConfig.graphviz.drvPath;
    byOverlay = withConfig.graphviz.drvPath == asOverlay.graphviz.drvPath;
    byHand = withConfig.graphviz.drvPath == (nixpkgs.graphviz.override { withXorg = false; }).drvPath;
    extended = (nixpkgs.extend (final: prev: { graphviz = prev.graphviz.override { withXorg = false; }; })).graphviz.drvPath == withConfig.graphviz.drvPath;
    othersUnchanged = withConfig.hello.drvPath == nixpkgs.hello.drvPath;
    # Both reach all that depends on zlib; what `packageOverrides` itself reads is not yet changed.
    everyUser = late.gd.drvPath != nixpkgs.gd.drvPath && late.gd.drvPath == early.gd.drvPath;
    seenTooEarly = early.mine.drvPath == nixpkgs.zlib.drvPath;
  };
}
