# Names that are looked up in the sets of two `with`s, one of them with 300 attributes.
n:
let
  big = builtins.listToAttrs (
    builtins.genList (i: {
      name = "name${toString i}";
      value = i;
    }) 300
  );
  lib = {
    add = a: b: a + b;
    twice = f: x: f (f x);
    inherit big;
  };
  step = i: with big; with lib; add name7 (twice (add name299) i) + name150;
in
with lib;
with builtins;
foldl' add 0 (genList (i: with big; step i + name42) n)
