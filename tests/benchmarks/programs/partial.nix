# Functions made of functions: composed partial applications, flipped, passed on.
n:
let
  compose = f: g: x: f (g x);
  flip = f: a: b: f b a;
  add = a: b: a + b;
  sub = a: b: a - b;
  chain = builtins.foldl' compose (x: x) (
    builtins.genList (i: if i - i / 2 * 2 == 0 then add i else flip sub (i - 1)) 50
  );
  total = builtins.foldl' add 0;
in
total (map (compose chain (add 3)) (builtins.genList (x: x) n))
