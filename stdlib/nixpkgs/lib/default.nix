# The library, in the order in which it is best read. Each file needs only those above it.
#
# Which mechanism do I need?
#
#   another dependency, or an option of the package     pkg.override { gd = customgd; }
#   the same sources with other flags or patches        pkg.overrideAttrs (old: { … })
#   another version                                     pkg.overrideAttrs, with `version` *and* `src`
#   another version of a Python package                 pkg.overridePythonAttrs (old: { … })
#   a change that every user of the package sees        an overlay, final: prev: { … }
#   a set of packages that know each other              makeScope
#   a package of one's own                              callPackage ./my-package.nix { }
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
