with import ./make.nix;
let
  version = "0.8.5";
  lightning = package (_: {
    inherit version;
    name = "lightning-${version}";
    src = fetch {
      rev = version;
      hash = "old";
    };
  });
in
lightning.overrideAttrs (old: { version = "0.9.0"; })
