# The pills' own mkDerivation: `derivation` with a few defaults, and a builder that runs configure and make.
pkgs: attrs:
let
  defaults = {
    builder = "${pkgs.bash}/bin/bash";
    args = [ ./builder.sh ];
    baseInputs = with pkgs; [
      gnutar
      gzip
      gnumake
      gcc
      coreutils
      gawk
      gnused
      gnugrep
      binutils.bintools
      patchelf
      findutils
    ];
    buildInputs = [ ];
    system = "x86_64-linux";
  };
in
derivation (defaults // attrs)
