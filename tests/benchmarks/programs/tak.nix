# Calls of a curried function with three arguments: its last argument is lazy.
n:
let
  tak =
    x: y: z:
    if !(y < x) then z else tak (tak (x - 1) y z) (tak (y - 1) z x) (tak (z - 1) x y);
  repeated = k: if k == 0 then 0 else tak 10 6 (k - k) + repeated (k - 1);
in
repeated n
