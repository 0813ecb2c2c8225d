with import ./make.nix;
let
  lightning = package (finalAttrs: {
    version = "0.8.5";
    name = "lightning-${finalAttrs.version}";
    src = fetch {
      rev = finalAttrs.version;
      hash = "old";
    };
  });
in
lightning.overrideAttrs (old: { version = "0.9.0"; })
