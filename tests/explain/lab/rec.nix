with import ./make.nix;
let
  lightning = package (_: rec {
    version = "0.8.5";
    name = "lightning-${version}";
    src = fetch {
      rev = version;
      hash = "old";
    };
  });
in
lightning.overrideAttrs (old: { version = "0.9.0"; })
