# Sorting n sets with a comparison of the program's own: by key, then by number.
n:
let
  mod = a: b: a - a / b * b;
  items = builtins.genList (i: {
    number = i;
    key = mod (i * 7919 + 13) 1009;
  }) n;
  before = a: b: a.key < b.key || (a.key == b.key && a.number < b.number);
  sorted = builtins.sort before items;
in
(builtins.elemAt sorted (n / 2)).number + (builtins.elemAt sorted (n / 3)).key
