# `filter` with a function of the program's own, and lists that grow at the end.
n:
let
  sieve =
    numbers:
    if numbers == [ ] then
      [ ]
    else
      let
        prime = builtins.head numbers;
      in
      [ prime ] ++ sieve (builtins.filter (k: k / prime * prime != k) numbers);
in
builtins.length (sieve (builtins.genList (i: i + 2) n))
