# `foldl'` over many integers.
n: builtins.foldl' (sum: i: sum + i * 2) 0 (builtins.genList (i: i) n)
