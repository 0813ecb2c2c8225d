# A standard environment: a derivation whose output is a shell script, `setup`, and the function `mkDerivation` that
# makes packages which begin with it.
{
  lib,
  platform,
  config,
}:

{
  name,
  shell,
  # Packages whose programs are always there.
  initialPath,
  # The compiler, or null.
  cc,
}:

let
  setup = derivation {
    inherit name initialPath shell;
    inherit (platform) system;
    builder = shell;
    args = [
      "-e"
      ./make-setup.sh
    ];
    setup = ./setup.sh;
    cc = if cc == null then "" else cc;
  };

  stdenv =
    setup
    // {
      inherit cc shell initialPath;
      inherit (platform) system isLinux isDarwin;
      # No cross compilation here: what runs the build also runs the result.
      buildPlatform = platform;
      hostPlatform = platform;
      targetPlatform = platform;
      mkDerivation = import ./make-derivation.nix { inherit lib stdenv config; };
    };
in
stdenv
