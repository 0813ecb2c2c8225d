# Small functions that the rest of the library and the packages are written with.
let
  inherit (builtins)
    attrNames
    concatLists
    concatStringsSep
    elemAt
    filter
    foldl'
    genList
    isAttrs
    length
    listToAttrs
    stringLength
    substring
    ;
in
rec {
  inherit (builtins)
    any
    attrNames
    attrValues
    compareVersions
    concatLists
    concatMap
    concatStringsSep
    elem
    filter
    foldl'
    genList
    getAttr
    hasAttr
    head
    intersectAttrs
    isAttrs
    isBool
    isInt
    isList
    isString
    length
    listToAttrs
    map
    mapAttrs
    replaceStrings
    stringLength
    substring
    tail
    toJSON
    ;

  # This library is ours; the interface is that of nixpkgs' own.
  version = "mini";

  /** Give back the argument. */
  id = x: x;

  /** A function that gives back *x*, whatever it is called with. */
  const = x: _: x;

  /** *f* with its first two arguments changed about. */
  flip =
    f: x: y:
    f y x;

  /** Pass *x* through the functions of a list, from left to right. */
  pipe = foldl' (x: f: f x);

  # Functions ---------------------------------------------------------------------------------------------

  /** Whether *f* can be called: a function, or a set with `__functor`. */
  isFunction = f: builtins.isFunction f || (f ? __functor && isFunction (f.__functor f));

  /** *x* as a function; what is none becomes one that ignores its argument. */
  toFunction = x: if isFunction x then x else _: x;

  /**
    The named arguments of *f*, and which of them have a default; also of what `setFunctionArgs` made.

    # Example

    ```nix
    functionArgs ({ stdenv, debug ? false }: stdenv)                => { debug = true; stdenv = false; }
    ```
  */
  functionArgs =
    f: if f ? __functor then f.__functionArgs or (functionArgs (f.__functor f)) else builtins.functionArgs f;

  /** *f* that says it has the named arguments *args*. It becomes a set; calling it works as before. */
  setFunctionArgs = f: args: {
    __functor = _: f;
    __functionArgs = args;
  };

  /** *g* that says it has the same named arguments as *f*, if *f* has any. */
  mirrorFunctionArgs =
    f:
    let
      args = functionArgs f;
    in
    if args == { } then id else g: setFunctionArgs g args;

  # Messages ----------------------------------------------------------------------------------------------

  /** Print a warning when *value* is asked for. */
  warn = builtins.warn or (text: builtins.trace "evaluation warning: ${text}");

  /** `warn`, on a condition. */
  warnIf = condition: text: if condition then warn text else id;

  /** Fail with a message that `tryEval` can catch, unless *condition* holds. */
  throwIfNot = condition: text: if condition then id else throw text;

  # Lists -------------------------------------------------------------------------------------------------

  /** The list of one element, or of none. */
  optional = condition: x: if condition then [ x ] else [ ];

  /** The list, or the empty one. */
  optionals = condition: xs: if condition then xs else [ ];

  /** A list of what may be one thing, a list of things or null. */
  toList =
    x:
    if x == null then
      [ ]
    else if builtins.isList x then
      x
    else
      [ x ];

  /** Fold from the right. */
  foldr =
    f: start: xs:
    let
      count = length xs;
      from = n: if n == count then start else f (elemAt xs n) (from (n + 1));
    in
    from 0;

  /** The last element. */
  last = xs: elemAt xs (length xs - 1);

  /** The first *n* elements. */
  take = n: xs: genList (elemAt xs) (if n < length xs then n else length xs);

  /** Each element once, in the order of first appearance. */
  unique = foldl' (seen: x: if builtins.elem x seen then seen else seen ++ [ x ]) [ ];

  # Sets --------------------------------------------------------------------------------------------------

  /** The set, or the empty one. */
  optionalAttrs = condition: set: if condition then set else { };

  /** The set of *names*, each with the value that *f* gives it. */
  genAttrs =
    names: f:
    listToAttrs (
      map (name: {
        inherit name;
        value = f name;
      }) names
    );

  /** Those attributes of which `keep name value` holds. */
  filterAttrs = keep: set: removeAttrs set (filter (name: !keep name set.${name}) (attrNames set));

  /** `//`, but sets within sets are merged too. A package is such a set: use it for options, not for packages. */
  recursiveUpdate =
    left: right:
    left
    // builtins.mapAttrs (
      name: value:
      if isAttrs value && isAttrs (left.${name} or null) then recursiveUpdate left.${name} value else value
    ) right;

  /** The attribute at a path of names, or *default*. */
  attrByPath =
    path: default: set:
    if path == [ ] then
      set
    else if set ? ${builtins.head path} then
      attrByPath (builtins.tail path) default set.${builtins.head path}
    else
      default;

  /** Let `nix-instantiate` and `nix-env` look for packages inside the set. */
  recurseIntoAttrs = set: set // { recurseForDerivations = true; };

  # Strings -----------------------------------------------------------------------------------------------

  /** The text, or the empty one. */
  optionalString = condition: text: if condition then text else "";

  /** Text for each element, with something in between. */
  concatMapStringsSep =
    separator: f: xs:
    concatStringsSep separator (map f xs);

  /** Text for each element, one after the other. */
  concatMapStrings = concatMapStringsSep "";

  /** Whether *text* begins with *prefix*. */
  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;

  /** Whether *text* ends with *suffix*. */
  hasSuffix =
    suffix: text:
    let
      rest = stringLength text - stringLength suffix;
    in
    rest >= 0 && substring rest (stringLength text) text == suffix;

  /** *text* without *prefix*, if it begins with it. */
  removePrefix =
    prefix: text: if hasPrefix prefix text then substring (stringLength prefix) (stringLength text) text else text;

  /** *text* without *suffix*, if it ends with it. */
  removeSuffix =
    suffix: text:
    if hasSuffix suffix text then substring 0 (stringLength text - stringLength suffix) text else text;

  /** The characters (bytes) of a text. */
  stringToCharacters = text: genList (n: substring n 1 text) (stringLength text);

  /** The parts of *text* between the occurrences of *separator*. */
  splitString =
    separator: text:
    filter builtins.isString (builtins.split (escapeRegex separator) (builtins.toString text));

  /** *text* as a regular expression that matches just it. */
  escapeRegex = replaceIn (stringToCharacters "\\[{()^$?*+|.");
  replaceIn = characters: builtins.replaceStrings characters (map (c: "\\" + c) characters);

  /** How many characters must be put in, taken out or exchanged to make *a* of *b*. For "did you mean". */
  levenshtein =
    a: b:
    let
      width = stringLength b + 1;
      # distances between the first n characters of `a` and each beginning of `b`, row after row
      first = genList id width;
      next =
        row: n:
        foldl' (
          done: m:
          done
          ++ [
            (minimum [
              (elemAt done m + 1)
              (elemAt row (m + 1) + 1)
              (elemAt row m + (if substring n 1 a == substring m 1 b then 0 else 1))
            ])
          ]
        ) [ (n + 1) ] (genList id (width - 1));
    in
    last (foldl' next first (genList id (stringLength a)));
  minimum = xs: foldl' (x: y: if x < y then x else y) (builtins.head xs) xs;

  # Versions ----------------------------------------------------------------------------------------------

  /** Whether version *a* comes before *b*. */
  versionOlder = a: b: builtins.compareVersions b a == 1;

  /** Whether version *a* is *b* or comes after it. */
  versionAtLeast = a: b: !versionOlder a b;

  versions = {
    /** `"3.8.6"` → `"3"` */
    major = version: elemAt (builtins.splitVersion version) 0;
    /** `"3.8.6"` → `"3.8"` */
    majorMinor = version: concatStringsSep "." (take 2 (builtins.splitVersion version));
  };

  /** The version of a package, or the one that a name ends with. */
  getVersion =
    x: if isAttrs x then x.version or (builtins.parseDrvName x.name).version else (builtins.parseDrvName x).version;

  /** The name of a package without its version. */
  getName =
    x: if isAttrs x then x.pname or (builtins.parseDrvName x.name).name else (builtins.parseDrvName x).name;

  # Flags of configure scripts ----------------------------------------------------------------------------

  /** `--enable-NAME` or `--disable-NAME` */
  enableFeature = on: name: "--${if on then "enable" else "disable"}-${name}";

  /** `--with-NAME` or `--without-NAME` */
  withFeature = on: name: "--${if on then "with" else "without"}-${name}";

  /** `-DNAME:BOOL=TRUE`, for CMake */
  cmakeBool = name: on: "-D${name}:BOOL=${if on then "TRUE" else "FALSE"}";

  /** `-DNAME:STRING=VALUE`, for CMake */
  cmakeFeature = name: value: "-D${name}:STRING=${value}";

  /** Well-formed hashes of nothing: put one where a hash belongs, and Nix will say which is the right one. */
  fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  fakeSha256 = "0000000000000000000000000000000000000000000000000000000000000000";
}
