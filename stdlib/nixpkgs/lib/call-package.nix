# Packages as functions of what they need, and the scopes that supply it.
lib:

rec {
  /**
    Call a package with what it asks for.

    *package* is a function with named arguments, or a file that holds one. Its arguments come from
    *overrides*, else from *scope*, else from their defaults. The result can be overridden, see `makeOverridable`.

    An argument found nowhere ends the evaluation with its name and, if there are any, names like it.

    Use it for each package in a file of its own. Do not use it for functions that take anything (`{ ... }@args`)
    or a plain argument: there is nothing to see from what they ask for. And note that *scope* is searched by
    name alone: an optional argument `{ debug ? false }` gets a package `debug`, should there ever be one.

    # Type

    ```
    callPackageWith :: { ... } -> ({ ... } -> a) | path -> { ... } -> a
    ```

    # Example

    ```nix
    callPackage = callPackageWith { zlib = "zlib-1.3"; }
    png = callPackage ({ zlib, debug ? false }: { inherit zlib debug; }) { }
    png.zlib                                                        => "zlib-1.3"
    (png.override { debug = true; }).debug                          => true
    callPackage ({ zlip }: zlip) { }
        => error: … Function called without required argument "zlip" at …, did you mean "zlib"?
    ```
  */
  callPackageWith =
    scope: package: overrides:
    let
      f = if lib.isFunction package then package else import package;
      wanted = lib.functionArgs f;
      args = builtins.intersectAttrs wanted scope // overrides;
      missing = builtins.filter (name: !wanted.${name} && !(args ? ${name})) (builtins.attrNames wanted);
    in
    if missing == [ ] then
      lib.makeOverridable f args
    else
      abort "lib.customisation.callPackageWith: ${
        complaint (builtins.head missing) wanted (builtins.attrNames (scope // overrides))
      }";

  # What is said of an argument that is found nowhere.
  complaint =
    name: wanted: known:
    let
      place = builtins.unsafeGetAttrPos name wanted;
      where = lib.optionalString (place != null) " at ${place.file}:${toString place.line}";
      like = builtins.filter (other: lib.levenshtein name other <= 2) (
        builtins.filter (other: abs (builtins.stringLength other - builtins.stringLength name) <= 2) known
      );
      near = lib.take 3 (builtins.sort (a: b: lib.levenshtein name a < lib.levenshtein name b) like);
      quoted = map (other: "\"${other}\"") near;
      hint =
        if near == [ ] then
          ""
        else if builtins.length near == 1 then
          ", did you mean ${builtins.head quoted}?"
        else
          ", did you mean ${
            lib.concatStringsSep ", " (lib.take (builtins.length near - 1) quoted)
          } or ${lib.last quoted}?";
    in
    "Function called without required argument \"${name}\"${where}${hint}";
  abs = n: if n < 0 then -n else n;

  /**
    `callPackageWith` for a package that is a *set* of packages: each of them can be overridden on its own.
  */
  callPackagesWith =
    scope: package: overrides:
    let
      f = if lib.isFunction package then package else import package;
      args = builtins.intersectAttrs (lib.functionArgs f) scope // overrides;
      pick = name: lib.makeOverridable (lib.mirrorFunctionArgs f (args: (f args).${name})) args;
    in
    lib.genAttrs (builtins.attrNames (f args)) pick;

  /**
    A set of packages that know each other.

    *f* describes the set, as for `fix`; its packages are called with `self.callPackage`, which finds those of
    the set first and then those of the scope that *newScope* adds to. `overrideScope` takes an overlay; all packages of
    the set see the change, and none outside.

    Use it where packages belong together and must agree: the Python packages of one interpreter, the
    libraries of one desktop. A handful of packages that happen to lie in one directory needs none.

    # Type

    ```
    makeScope :: ({ ... } -> callPackage) -> (self -> { ... }) -> scope
    ```

    # Example

    ```nix
    scope = makeScope pkgs.newScope (self: { a = self.callPackage ./a.nix { }; b = self.callPackage ./b.nix { }; })
    (scope.overrideScope (final: prev: { a = prev.a.override { debug = true; }; })).b
    ```
  */
  makeScope =
    newScope: f:
    let
      self = f self // {
        newScope = extra: newScope (self // extra);
        callPackage = self.newScope { };
        overrideScope = overlay: makeScope newScope (lib.extends (lib.toExtension overlay) f);
        packages = f;
      };
    in
    self;
}
