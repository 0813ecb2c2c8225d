# `genericClosure` of n keys, each found from two others.
n:
let
  next = i: if i < n then [ { key = i; } ] else [ ];
  reached = builtins.genericClosure {
    startSet = [ { key = 0; } ];
    operator = item: next (item.key * 2 + 1) ++ next (item.key * 2 + 2) ++ next (item.key / 2);
  };
in
builtins.length reached
