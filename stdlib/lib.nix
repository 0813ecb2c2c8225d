# What pill 14 of the Nix Pills builds, and what it leaves to its reader: functions whose results remember how
# they were made, so that they can be made again with other arguments.
#
#   nix-repl> :l lib.nix
#   nix-repl> f = { a, b }: { result = a + b; }
#   nix-repl> res = makeOverridable f { a = 3; b = 5; }
#   nix-repl> (res.override { a = 10; }).result
#   15
rec {

  /**
    Call *f* with *args* and let the result be overridden.

    The result gets an attribute `override`. Given a set of other arguments, or a function from the arguments so far
    to such a set, it calls *f* anew with these in place of the old ones. What it returns can be overridden
    again, as often as one likes, and earlier overrides stay: that is why `override` uses `makeOverridable` itself.

    A result that is no set has no place for the attribute and is returned as it is.

    # Type

    ```
    makeOverridable :: ({ ... } -> a) -> { ... } -> a
    ```

    # Example

    ```nix
    res = makeOverridable ({ a, b }: { result = a + b; }) { a = 3; b = 5; }
    res.result                                                      => 8
    ((res.override { a = 10; }).override { b = 20; }).result        => 30
    (res.override (old: { a = old.a + 1; })).result                 => 9
    ```
  */
  makeOverridable =
    f: args:
    let
      result = f args;
      changed = change: if builtins.isFunction change then change args else change;
    in
    if builtins.isAttrs result then
      result // { override = change: makeOverridable f (args // changed change); }
    else
      result;

  /**
    Call a package with what it asks for.

    *package* is a function of a set with named arguments, or a file that holds one. Its arguments come from
    *overrides*, else from *scope*, else from their defaults. The result can be overridden, see `makeOverridable`.

    *scope* is looked at only when *overrides* leaves an argument open.

    # Type

    ```
    callPackageWith :: { ... } -> ({ ... } -> a) | path -> { ... } -> a
    ```

    # Example

    ```nix
    pkgs = { zlib = "zlib-1.3"; png = callPackageWith pkgs ({ zlib, debug ? false }: { inherit zlib debug; }) { }; }
    pkgs.png.zlib                                                   => "zlib-1.3"
    (pkgs.png.override { debug = true; }).debug                     => true
    ```
  */
  callPackageWith =
    scope: package: overrides:
    let
      f = if builtins.isFunction package then package else import package;
      open = removeAttrs (builtins.functionArgs f) (builtins.attrNames overrides);
      automatic = if open == { } then { } else builtins.intersectAttrs open scope;
    in
    makeOverridable f (automatic // overrides);

  /**
    `callPackageWith` the packages of `<nixpkgs>`, as pill 13 has it.

    # Type

    ```
    callPackage :: ({ ... } -> a) | path -> { ... } -> a
    ```
  */
  callPackage = callPackageWith (import <nixpkgs> { });
}
