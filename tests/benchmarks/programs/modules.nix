# A small module system: options with types, defaults and priorities, conditions, submodules, one fixpoint;
# n modules, each with a service that looks at the one before.
n:
let
  inherit (builtins) attrNames concatLists concatMap filter foldl' genList head isAttrs isInt isString length listToAttrs mapAttrs;

  mkIf = condition: content: { _type = "if"; inherit condition content; };
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkOverride = priority: content: { _type = "override"; inherit priority content; };
  mkDefault = mkOverride 1000;
  mkForce = mkOverride 50;
  mkOption = attrs: { _type = "option"; } // attrs;
  isType = type: value: isAttrs value && value._type or null == type;

  # The definitions in a value, conditions and merges resolved: [ { priority; value; } ]
  definitions =
    value:
    if isType "merge" value then
      concatMap definitions value.contents
    else if isType "if" value then
      (if value.condition then definitions value.content else [ ])
    else if isType "override" value then
      map (d: d // { priority = value.priority; }) (definitions value.content)
    else
      [ { priority = 100; inherit value; } ];

  # `mkIf` around a set is around each of its attributes.
  push =
    value:
    if isType "merge" value then
      concatMap push value.contents
    else if isType "if" value then
      map (mapAttrs (_: mkIf value.condition)) (push value.content)
    else
      [ value ];

  strongest =
    list:
    let
      best = foldl' (least: d: if d.priority < least then d.priority else least) 9999 list;
    in
    map (d: d.value) (filter (d: d.priority == best) list);

  one = name: check: {
    merge = path: values: if length values != 1 then throw "${path} has ${toString (length values)} values" else if check (head values) then head values else throw "${path} is no ${name}";
  };
  types = {
    int = one "integer" isInt;
    str = one "string" isString;
    bool = one "bool" builtins.isBool;
    listOf = type: {
      merge = path: values: map (value: type.merge "${path}.*" [ value ]) (concatLists values);
    };
    attrsOf = type: {
      merge = path: values: mapAttrs (name: type.merge "${path}.${name}") (builtins.zipAttrsWith (_: found: strongest (concatMap definitions found)) (concatMap push values));
    };
    submodule = module: {
      merge = path: values: (evaluate path ([ module ] ++ map (config: { inherit config; }) values)).config;
    };
  };

  mergeOptions = builtins.zipAttrsWith (
    name: found: if isType "option" (head found) then head found else mergeOptions found
  );

  mergeConfig =
    path: options: configs:
    mapAttrs (
      name: option:
      let
        here = if path == "" then name else "${path}.${name}";
        found = concatMap (config: if config ? ${name} then [ config.${name} ] else [ ]) configs;
      in
      if isType "option" option then
        let
          values = strongest (concatMap definitions found ++ (if option ? default then [ { priority = 1500; value = option.default; } ] else [ ]));
        in
        if values == [ ] then throw "${here} is not set" else option.type.merge here values
      else
        mergeConfig here option (concatMap push found)
    ) options;

  evaluate =
    path: modules:
    let
      called = map (module: if builtins.isFunction module then module { inherit config options; } else module) modules;
      options = mergeOptions (map (module: module.options or { }) called);
      config = mergeConfig path options (concatMap (module: push (module.config or { })) called);
    in
    { inherit config options; };

  base = {
    options.services = mkOption {
      type = types.attrsOf (
        types.submodule (
          { config, ... }:
          {
            options = {
              enable = mkOption { type = types.bool; default = false; };
              port = mkOption { type = types.int; };
              user = mkOption { type = types.str; default = "nobody"; };
              arguments = mkOption { type = types.listOf types.str; default = [ ]; };
              command = mkOption { type = types.str; };
            };
            config.command = mkDefault (builtins.concatStringsSep " " ([ config.user ] ++ config.arguments));
          }
        )
      );
      default = { };
    };
    options.networking.ports = mkOption { type = types.listOf types.int; };
  };

  service =
    i:
    { config, ... }:
    let
      name = "service${toString i}";
      before = config.services."service${toString (i - 1)}";
    in
    {
      options.features."feature${toString i}" = mkOption { type = types.bool; default = i / 3 * 3 == i; };
      config = mkMerge [
        {
          services.${name} = {
            enable = mkDefault true;
            port = if i == 0 then 1000 else before.port + 1;
            arguments = [ "--port" (toString config.services.${name}.port) ];
          };
        }
        (mkIf config.features."feature${toString i}" {
          services.${name} = { user = mkForce name; arguments = [ "--feature" ]; };
          networking.ports = [ config.services.${name}.port ];
        })
        (mkIf (i / 5 * 5 == i) { services.${name}.enable = false; })
      ];
    };

  system = (evaluate "" ([ base ] ++ genList service n)).config;
  enabled = filter (name: system.services.${name}.enable) (attrNames system.services);
in
"${toString (length enabled)} ${toString (foldl' builtins.add 0 system.networking.ports)} ${builtins.substring 0 8 (builtins.hashString "sha256" (builtins.toJSON system))}"
