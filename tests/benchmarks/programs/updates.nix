# A set that grows by one attribute at a time. C++ Nix copies it each time.
n:
let
  grown = builtins.foldl' (set: i: set // { "k${toString i}" = i; }) { } (builtins.genList (i: i) n);
in
builtins.length (builtins.attrNames grown) + grown.k7
