# Changes as functions from package to package. They compose in any order, also with `.override`, and the result
# can be overridden like the package it was made from:
#
#   debugVersion (applyPatches [ ./patch1.patch ./patch2.patch ] graphviz)
#   applyPatches [ ./patch1.patch ./patch2.patch ] (debugVersion (graphviz.override { gd = customgd; }))
lib:

{
  /**
    The package, built for a debugger: with debug information, hardly optimised, and not stripped.

    Use it to look into one package. Its users still use the ordinary one; for a whole tree of packages, change
    `stdenv` in an overlay.

    # Type

    ```
    debugVersion :: derivation -> derivation
    ```
  */
  debugVersion =
    pkg:
    pkg.overrideAttrs (old: {
      dontStrip = true;
      env = old.env or { } // {
        NIX_CFLAGS_COMPILE = toString ((lib.toList (old.env.NIX_CFLAGS_COMPILE or null)) ++ [ "-ggdb -Og" ]);
      };
    });

  /**
    The package with more patches, applied after those that it has.

    Use it for a fix that upstream has not released yet. For one that all users of the package need, do it in an
    overlay. (In nixpkgs a function of this name patches a *source*, `{ src, patches }`, and gives no package.)

    # Type

    ```
    applyPatches :: [path] -> derivation -> derivation
    ```
  */
  applyPatches = patches: pkg: pkg.overrideAttrs (old: { patches = lib.toList (old.patches or null) ++ patches; });
}
