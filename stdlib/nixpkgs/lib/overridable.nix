# Results that remember how they were made, so that they can be made again in another way.
#
# `stdlib/lib.nix` has the version of the Nix Pills, for results of any kind. This one knows derivations.
lib:

rec {
  /**
    Call *f* with *args* and let the result be overridden.

    The result gets `override`: it takes other arguments, or a function from the arguments so far to other ones,
    and calls *f* again. If the result is a derivation it can also be changed after *f* is done, with
    `overrideAttrs` (what was passed to `mkDerivation`) and with `overrideDerivation` (what Nix itself gets).

    All of them keep what the others did, in whatever order they are used: each gives a new overridable result
    whose function is the old one followed by the change.

    `callPackage` uses it for you. Use it yourself for a function whose results others shall adapt. Leave it
    where the arguments are few and at hand: calling the function again says the same and hides nothing.

    A result that is neither set nor function has no place for the attribute and is returned as it is.

    # Type

    ```
    makeOverridable :: ({ ... } -> a) -> { ... } -> a
    ```

    # Example

    ```nix
    res = makeOverridable ({ a, b }: { result = a + b; }) { a = 3; b = 5; }
    ((res.override { a = 10; }).override (old: { b = old.b * 4; })).result          => 30
    ```
  */
  makeOverridable =
    f: args:
    let
      # `override` tells the same argument names as `f`, so that tools and `callPackage` can see them.
      asF = lib.mirrorFunctionArgs f;
      result = f args;
      again = asF (change: makeOverridable f (args // lib.toFunction change args));
      then' = change: makeOverridable (asF (args: change (f args))) args;
      # A result's own ways of being changed, where it has them, are followed by a new `override`.
      carried = name: lib.optionalAttrs (result ? ${name}) { ${name} = x: then' (r: r.${name} x); };
    in
    if builtins.isAttrs result then
      result
      // {
        override = again;
        overrideDerivation = change: then' (r: overrideDerivation r change);
      }
      // carried "overrideAttrs"
      // carried "overridePythonAttrs"
    else if lib.isFunction result then
      lib.setFunctionArgs result (lib.functionArgs result) // { override = again; }
    else
      result;

  /**
    Change the attributes that Nix itself gets to see, after `mkDerivation` has done its part.

    *change* is a function from these attributes (`drv.drvAttrs`) to those that shall be different. A later
    `overrideAttrs` goes back to the attributes of `mkDerivation`, and *change* is then made again on top.

    Hardly ever the right tool: there `buildInputs` are paths already, a function for `finalAttrs` has long
    been called, and what is evaluated is evaluated twice. Use `overrideAttrs`; this one is for derivations made by
    `derivation` alone.
  */
  overrideDerivation =
    drv: change:
    lib.extendDerivation true (
      {
        meta = drv.meta or { };
        passthru = drv.passthru or { };
      }
      // (drv.passthru or { })
      // lib.optionalAttrs (drv ? overrideAttrs) {
        overrideAttrs = first: overrideDerivation (drv.overrideAttrs first) change;
      }
    ) (derivation (drv.drvAttrs // change drv));
}
