with import ./make.nix;
let
  lightning = overridable (
    {
      version ? "0.8.5",
    }:
    package (_: {
      inherit version;
      name = "lightning-${version}";
      src = fetch {
        rev = version;
        hash = "old";
      };
    })
  ) { };
in
lightning.override { version = "0.9.0"; }
