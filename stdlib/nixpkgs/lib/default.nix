# The library, in the order in which it is best read. Each file needs only those above it.
#
# Which mechanism do I need?
#
#   another version of a dependency, or an option of the package ………… pkg.override { gd = customgd; }
#   another build of the same sources: flags, patches, phases …………… pkg.overrideAttrs (old: { … })
#   another version of a package …………………………………………………………… pkg.overrideAttrs with version *and* src
#   a Python package in another version ……………………………………………… pkg.overridePythonAttrs (old: { … })
#   a change that every user of the package is to see ………………………… an overlay: final: prev: { … }
#   a set of packages that know each other …………………………………………… makeScope
#   one package of mine …………………………………………………………………………… callPackage ./my-package.nix { }
let
  all =
    import ./trivial.nix # id, optionals, concatStringsSep …: what the rest is written with
    // import ./fixed-points.nix all # fix, extends, composeExtensions, makeExtensible
    // import ./overridable.nix all # makeOverridable, overrideDerivation
    // import ./call-package.nix all # callPackageWith, makeScope
    // import ./derivations.nix all # mkDerivationWith: overrideAttrs and `finalAttrs`
    // import ./changes.nix all # debugVersion, applyPatches: changes as functions
    // import ./meta.nix; # licences and platforms
in
all
