# groupBy, mapAttrs, attribute names made from numbers, `or`, comparing two sets.
n:
let
  numbers = builtins.genList (i: i) n;
  name = i: "n${toString (i / 7)}";
  counted = builtins.foldl' (
    set: group:
    set // { ${group} = (set.${group} or 0) + 1; }
  ) { } (map (i: name (i - i / 700 * 700)) numbers);
  groups = builtins.groupBy (i: name (i - i / 700 * 700)) numbers;
in
assert counted == builtins.mapAttrs (_: builtins.length) groups;
builtins.length (builtins.attrNames (builtins.intersectAttrs groups (builtins.removeAttrs counted [ "n1" ])))
