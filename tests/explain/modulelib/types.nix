# Types: `check` a definition, `merge` those that are left.
{ merging, showOption }:

let
  sole =
    loc: defs:
    if builtins.length defs == 1 || builtins.all (d: d.value == (builtins.head defs).value) defs then
      (builtins.head defs).value
    else
      throw "The option `${showOption loc}' has conflicting definition values.";

  plain = name: description: check: {
    _type = "option-type";
    inherit name description check;
    merge = sole;
  };

  numbered =
    loc: elem: defs:
    builtins.concatLists (
      builtins.genList (
        n:
        let
          def = builtins.elemAt defs n;
        in
        builtins.genList (
          m:
          (merging.mergeDefinitions
            (loc ++ [ "[definition ${toString (n + 1)}-entry ${toString (m + 1)}]" ])
            elem
            [ { inherit (def) file; value = builtins.elemAt def.value m; } ]
          ).mergedValue
        ) (builtins.length def.value)
      ) (builtins.length defs)
    );

  byName =
    loc: elem: defs:
    let
      names = builtins.attrNames (builtins.foldl' (all: d: all // d.value) { } defs);
      of = name: builtins.concatMap (
        d: if d.value ? ${name} then [ { inherit (d) file; value = d.value.${name}; } ] else [ ]
      ) defs;
    in
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = (merging.mergeDefinitions (loc ++ [ name ]) elem (of name)).mergedValue;
      }) names
    );
in
rec {
  int = plain "int" "signed integer" builtins.isInt;
  bool = plain "bool" "boolean" builtins.isBool;
  str = plain "str" "string" builtins.isString;
  raw = plain "raw" "raw value" (x: true);
  lines = str // {
    name = "lines";
    description = "strings joined by new lines";
    merge = loc: defs: builtins.concatStringsSep "\n" (map (d: d.value) defs);
  };
  attrs = plain "attrs" "attribute set" builtins.isAttrs // {
    merge = loc: defs: builtins.foldl' (all: d: all // d.value) { } defs;
  };
  listOf = elem: plain "listOf" "list of ${elem.description}" builtins.isList // {
    merge = loc: numbered loc elem;
  };
  attrsOf = elem: plain "attrsOf" "attribute set of ${elem.description}" builtins.isAttrs // {
    merge = loc: byName loc elem;
    getSubOptions = elem.getSubOptions or (prefix: { });
  };
  anything = plain "anything" "anything" (x: true) // {
    merge =
      loc: defs:
      if builtins.all (d: builtins.isAttrs d.value) defs then byName loc anything defs else sole loc defs;
  };
  submodule = module: plain "submodule" "submodule" (x: builtins.isAttrs x || builtins.isFunction x) // {
    merge =
      loc: defs:
      (merging.evalModules {
        prefix = loc;
        modules = [ module ] ++ map (d: { _file = d.file; config = d.value; }) defs;
      }).config;
    getSubOptions = prefix: (merging.evalModules { inherit prefix; modules = [ module ]; }).options;
  };
}
