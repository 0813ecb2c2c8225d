# Recursion some thousands deep, n times: calls within calls, and a chain of delayed values.
n:
let
  count = k: if k == 0 then 0 else 1 + count (k - 1);
  chain = k: if k == 0 then { value = 0; } else { value = (chain (k - 1)).value + 1; };
  repeated = builtins.genList (i: count (4000 + i) + (chain (1500 + i)).value) n;
in
builtins.foldl' (sum: k: sum + k) 0 repeated
