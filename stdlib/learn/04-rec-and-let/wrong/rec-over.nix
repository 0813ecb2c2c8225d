# [M11] You made the second set `rec` as well. That helps for names written *in it*; the old `name` is still the old one.
let
  make = version: null;
  old = rec {
    version = "1";
    name = "tree-${version}";
  };
in
{
  inherit make old;
  newer = old // rec {
    version = "2";
  };
}
