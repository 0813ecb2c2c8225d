# n packages under forty overlays, each of which changes a quarter of them and adds one.
n:
let
  range = builtins.genList (i: i);
  name = i: "package${toString i}";
  mod = a: b: a - a / b * b;

  packages =
    final:
    builtins.listToAttrs (
      map (i: {
        name = name i;
        value = {
          version = 1;
          size = i;
          dependency = if i == 0 then null else final.${name (i / 2)};
        };
      }) (range n)
    );

  overlay = j: final: prev: {
    "added${toString j}" = {
      version = final.package0.version;
      size = prev.package1.size;
      dependency = null;
    };
  } // builtins.listToAttrs (
    builtins.concatMap (
      i:
      if mod i 4 == mod j 4 then
        [
          {
            name = name i;
            value = prev.${name i} // { version = prev.${name i}.version + j; };
          }
        ]
      else
        [ ]
    ) (range n)
  );

  extend = f: g: final: let prev = f final; in prev // g final prev;
  fix = f: let final = f final; in final;
  set = fix (builtins.foldl' extend packages (map overlay (range 40)));
  weight =
    package:
    package.version + package.size + (if package.dependency == null then 0 else package.dependency.version);
in
builtins.foldl' (sum: package: sum + weight package) 0 (builtins.attrValues set)
