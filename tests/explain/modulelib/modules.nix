let
  inherit (builtins) head isAttrs concatMap filter map attrNames elem all foldl' length;

  mark = type: set: set // { _type = type; };
  mkOption = set: mark "option" set;
  mkEnableOption = what: mkOption { default = false; description = "Whether to enable ${what}."; type = types.bool; };
  mkIf = condition: content: mark "if" { inherit condition content; };
  mkMerge = contents: mark "merge" { inherit contents; };
  mkOverride = priority: content: mark "override" { inherit priority content; };
  mkOrder = priority: content: mark "order" { inherit priority content; };
  mkOptionDefault = mkOverride 1500;
  mkDefault = mkOverride 1000;
  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;

  showOption = builtins.concatStringsSep ".";
  typeOf = value: if isAttrs value then value._type or "" else "";
  types = import ./types.nix { inherit merging showOption; };
  merging = { inherit mergeDefinitions evalModules; };

  # Properties around a set go down to its attributes.
  pushDownProperties =
    cfg:
    let
      each = f: map (set: if isAttrs set then builtins.mapAttrs (n: f) set else set);
    in
    if typeOf cfg == "merge" then
      concatMap pushDownProperties cfg.contents
    else if typeOf cfg == "if" then
      each (mkIf cfg.condition) (pushDownProperties cfg.content)
    else if typeOf cfg == "override" then
      each (mkOverride cfg.priority) (pushDownProperties cfg.content)
    else
      [ cfg ];

  dischargeProperties =
    def:
    if typeOf def == "merge" then
      concatMap dischargeProperties def.contents
    else if typeOf def == "if" then
      (if def.condition then dischargeProperties def.content else [ ])
    else
      [ def ];

  filterOverrides =
    defs:
    let
      priority = def: if typeOf def.value == "override" then def.value.priority else 100;
      best = foldl' (a: def: if priority def < a then priority def else a) 9999 defs;
      strip = def: if typeOf def.value == "override" then def // { value = def.value.content; } else def;
    in
    {
      values = map strip (filter (def: priority def == best) defs);
      highestPrio = best;
    };

  sortProperties =
    defs:
    let
      strip = def: if typeOf def.value == "order" then def // { value = def.value.content; inherit (def.value) priority; } else def;
    in
    builtins.sort (a: b: (a.priority or 1000) < (b.priority or 1000)) (map strip defs);

  mergeDefinitions = loc: type: defs: rec {
    normal = concatMap (def: map (value: { inherit (def) file; inherit value; }) (dischargeProperties def.value)) defs;
    filtered = filterOverrides normal;
    defsFinal = sortProperties filtered.values;
    mergedValue =
      if defsFinal == [ ] then
        throw "The option `${showOption loc}' was accessed but has no value defined. Try setting the option."
      else if all (def: type.check def.value) defsFinal then
        type.merge loc defsFinal
      else
        throw "A definition for option `${showOption loc}' is not of type `${type.description}'. Definition values:";
  };

  evalOptionValue =
    loc: opt: defs:
    let
      defs' =
        (if opt ? default then [ { file = head opt.declarations; value = mkOptionDefault opt.default; } ] else [ ]) ++ defs;
      res =
        if opt.readOnly or false && length defs' > 1 then
          throw "The option `${showOption loc}' is read-only, but it's set multiple times."
        else
          mergeDefinitions loc (opt.type or types.raw) defs';
      value = if opt ? apply then opt.apply res.mergedValue else res.mergedValue;
    in
    opt // { inherit value; inherit (res.filtered) highestPrio; definitionsWithLocations = res.defsFinal; };

  mergeModules =
    prefix: modules: configs:
    let
      declared = builtins.zipAttrsWith (n: xs: xs) (
        map (m: builtins.mapAttrs (n: option: { inherit (m) _file; inherit option; pos = builtins.unsafeGetAttrPos n m.options; }) m.options) modules
      );
      raw = builtins.zipAttrsWith (n: xs: xs) (map (c: builtins.mapAttrs (n: value: { inherit (c) file; inherit value; }) c.config) configs);
      pushed = map (c: c) (concatMap (c: map (config: { inherit (c) file; inherit config; }) (pushDownProperties c.config)) configs);
      inner = name: concatMap (c: if c.config ? ${name} then map (config: { inherit (c) file; inherit config; }) (pushDownProperties c.config.${name}) else [ ]) pushed;
      results = builtins.mapAttrs (
        name: decls:
        let
          loc = prefix ++ [ name ];
          first = head decls;
          opt = first.option // { declarations = map (d: d._file) decls; declarationPositions = map (d: d.pos) decls; };
        in
        if typeOf first.option == "option" then
          { matched = evalOptionValue loc opt (raw.${name} or [ ]); unmatched = [ ]; }
        else
          mergeModules loc (map (d: { inherit (d) _file; options = d.option; }) decls) (inner name)
      ) declared;
      names = attrNames declared;
    in
    {
      matched = builtins.mapAttrs (n: r: r.matched) results;
      unmatched =
        concatMap (n: map (d: d // { prefix = [ n ] ++ d.prefix; }) results.${n}.unmatched) names
        ++ concatMap (n: if elem n names then [ ] else map (d: d // { prefix = [ n ]; }) raw.${n}) (attrNames raw);
    };

  collect =
    args: file: m:
    let
      path = builtins.isPath m || builtins.isString m;
      source = if path then toString m else file;
      given = if path then import m else m;
      set = if builtins.isFunction given then given (builtins.intersectAttrs (builtins.functionArgs given) (args // { config = args.config; })) else given;
      own = removeAttrs set [ "_file" "imports" "options" "config" ];
    in
    [
      {
        _file = set._file or source;
        options = set.options or { };
        config = if set ? config || set ? options then set.config or { } else own;
      }
    ]
    ++ concatMap (collect args source) (set.imports or [ ]);

  evalModules =
    { modules, prefix ? [ ], specialArgs ? { } }:
    let
      given = modules;
      args = specialArgs // { inherit lib options config; };
      internal = { _file = "modules.nix"; config = { }; options._module = { check = mkOption { type = types.bool; default = true; }; args = mkOption { type = types.attrsOf types.raw; default = { }; }; }; };
      all = concatMap (collect args "<unknown-file>") (modules ++ [ internal ]);
      reversed = builtins.genList (n: builtins.elemAt all (length all - n - 1)) (length all);
      top = concatMap (m: map (config: { file = m._file; inherit config; }) (pushDownProperties m.config)) reversed;
      merged = mergeModules prefix reversed top;
      options = merged.matched;
      values = option: if typeOf option == "option" then option.value else builtins.mapAttrs (n: values) option;
      config = values options;
      checked =
        value:
        if config._module.check && merged.unmatched != [ ] then
          let
            firstDef = head merged.unmatched;
          in
          throw "The option `${showOption (prefix ++ firstDef.prefix)}' does not exist. Definition values: in `${firstDef.file}'"
        else
          value;
    in
    {
      _type = "configuration";
      options = checked options;
      config = checked (removeAttrs config [ "_module" ]);
      extendModules = more: evalModules { modules = given ++ more.modules; inherit prefix specialArgs; };
    };

  lib = {
    inherit mkOption mkEnableOption mkIf mkMerge mkOverride mkOrder mkOptionDefault mkDefault mkForce mkVMOverride;
    inherit mkBefore mkAfter types evalModules mergeDefinitions;
    optional = condition: x: if condition then [ x ] else [ ];
    optionalAttrs = condition: x: if condition then x else { };
  };
in
lib
