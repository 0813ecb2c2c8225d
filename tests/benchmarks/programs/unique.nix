# `lib.unique` of n different strings, as nixpkgs has it: `elem` in a fold.
n:
let
  unique = builtins.foldl' (found: x: if builtins.elem x found then found else found ++ [ x ]) [ ];
  names = builtins.genList (i: "python3-${toString (i * 7919)}.whl") n;
in
builtins.length (unique names)
