# From `derivation` to `mkDerivation`: packages with several outputs, things said about them, and
# attributes that can be changed afterwards.
lib:

rec {
  /** Whether *x* is a derivation. */
  isDerivation = x: x.type or null == "derivation";

  /**
    A derivation with more attributes, on all of its outputs: `extendDerivation ok more drv`.

    The path is only to be had if *ok* holds (`assert`); one can look at the attributes in any case.
  */
  extendDerivation =
    ok: more: drv:
    let
      names = drv.outputs or [ "out" ];
      outputs = lib.genAttrs names (name: common // guarded drv.${name} // { outputSpecified = true; });
      common = drv // outputs // { all = map (name: outputs.${name}) names; } // more;
      guarded = output: {
        inherit (output) outputName type;
        drvPath = assert ok; output.drvPath;
        outPath = assert ok; output.outPath;
      };
    in
    common // guarded drv;

  /**
    What `stdenv.mkDerivation` is made of.

    *toBuild* turns the attributes of a package into those of `derivation`. The result takes a package's
    attributes, or a function `finalAttrs: attrs` that gets to see them as they are in the end, after all
    overriding. It returns the derivation with

      * `overrideAttrs`, which takes a set, `old: set` or `final: old: set` and makes the package anew;
      * what is in `passthru`, which costs no rebuild as the builder does not see it;
      * `meta`: what there is to say about the package; checked by *check* before a path is given away.

    A package written with `rec` or `let` is what it is: `overrideAttrs { version = …; }` changes the
    attribute and none of the places where the old value was used already. With `finalAttrs` these places follow:

    ```nix
    mkDerivation rec                { version = "1"; url = "hello-${version}"; }    # old url after overriding
    mkDerivation (finalAttrs:       { version = "1"; url = "hello-${finalAttrs.version}"; })         # new url
    ({ version ? "1" }: mkDerivation { inherit version; url = "hello-${version}"; })  # new url with .override
    ```

    But a *hash* follows nobody. Whoever changes the version must say the new source's hash as well, so there is
    a warning when `version` is overridden without `src`. (Set `__intentionallyOverridingVersion = true` to say that
    it is meant: for a package whose `src` does follow, or that has none.)

    # Type

    ```
    mkDerivationWith :: { toBuild, check ? … } -> ({ ... } | (finalAttrs -> { ... })) -> derivation
    ```
  */
  mkDerivationWith =
    {
      toBuild,
      check ? attrs: true,
    }:
    let
      make =
        # finalAttrs -> attrs
        recipe:
        let
          overrideAttrs = change: make (overridden (lib.toExtension change) recipe);
          attrs = recipe (attrs // { inherit finalPackage overrideAttrs; });
          finalPackage = assemble overrideAttrs attrs;
        in
        finalPackage;

      assemble =
        overrideAttrs: attrs:
        let
          passthru = attrs.passthru or { };
          meta = {
            outputsToInstall = [ (builtins.head (attrs.outputs or [ "out" ])) ];
          }
          // attrs.meta or { };
        in
        extendDerivation (check attrs) (
          {
            inherit overrideAttrs passthru meta;
          }
          // passthru
        ) (derivation (toBuild (removeAttrs attrs notForBuilder)));
    in
    recipe: make (lib.toFunction recipe);

  # Attributes about the package, not of the build.
  notForBuilder = [
    "meta"
    "passthru"
    "pos"
  ];

  # A recipe followed by an overlay, with a look at its version.
  overridden =
    overlay: recipe: final:
    let
      prev = recipe final;
      change = overlay final prev;
      forgotSource =
        change ? version && prev ? version && !(change ? src) && !(change.__intentionallyOverridingVersion or false);
    in
    lib.warnIf forgotSource (versionWithoutSource prev change) (
      prev // removeAttrs change [ "__intentionallyOverridingVersion" ]
    );

  versionWithoutSource =
    prev: change:
    let
      # Not `prev.name` where there is a pname: it may come from the final version, which is being computed.
      name = if prev ? pname then "${prev.pname}-${prev.version}" else prev.name or "<unknown name>-${prev.version}";
      place = builtins.unsafeGetAttrPos "version" change;
      where = lib.optionalString (place != null) " at ${place.file}:${toString place.line}:${toString place.column}";
    in
    ''
      ${name} was overridden with `version` but not `src`${where}.

      Its source is then still that of version ${prev.version}, or rather: its hash is. Override both:

          ${prev.pname or "package"}.overrideAttrs (old: rec {
            version = "${change.version}";
            src = old.src.override { …; hash = "…"; };
          })

      (If this is what you want, add `__intentionallyOverridingVersion = true` to the attributes.)
    '';

  # Outputs -----------------------------------------------------------------------------------------------

  /**
    The output *name* of a package, or its main one, `out`, where it has none of that name. A package of which
    an output was chosen already is left as it is.
  */
  getOutput = name: pkg: if pkg.outputSpecified or false then pkg else pkg.${name} or pkg.out or pkg;

  /** The output with programs. */
  getBin = getOutput "bin";
  /** The output with libraries. */
  getLib = getOutput "lib";
  /** The output with headers and what else one builds with. */
  getDev = getOutput "dev";

  /** The path of the program that a package is named for. */
  getExe = pkg: "${getBin pkg}/bin/${pkg.meta.mainProgram or (lib.getName pkg)}";

  /** `PKG/SUBDIR` of each package, as for a search path: `a/lib:b/lib`. */
  makeSearchPath = subdir: pkgs: lib.concatMapStringsSep ":" (pkg: "${pkg}/${subdir}") pkgs;
  /** As `PATH` wants it. */
  makeBinPath = pkgs: makeSearchPath "bin" (map getBin pkgs);
  /** As `LD_LIBRARY_PATH` wants it. */
  makeLibraryPath = pkgs: makeSearchPath "lib" (map getLib pkgs);
}
