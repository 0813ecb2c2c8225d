# The .drv paths of the bundled package set, with n sets of overlays.
n:
let
  nixpkgs = import <nixpkgs>;
  packages =
    i:
    nixpkgs {
      system = "x86_64-linux";
      config.allowUnfree = true;
      overlays = [ (final: prev: { hello = prev.hello.overrideAttrs { number = i; }; }) ];
    };
  # Not all of them are for this system, nor is every attribute a package.
  paths =
    set:
    builtins.concatMap (
      name:
      let
        path = builtins.tryEval (set.${name}.drvPath or null);
      in
      if path.success && path.value != null then [ (builtins.unsafeDiscardStringContext path.value) ] else [ ]
    ) (builtins.attrNames set);
  all =
    i:
    let
      set = packages i;
    in
    paths set ++ paths set.python3Packages ++ paths set.python27Packages;
  found = builtins.concatLists (builtins.genList all n);
in
"${toString (builtins.length found)} ${builtins.substring 0 8 (builtins.hashString "sha256" (toString found))}"
