# `old` has version "1" and a name that is made of it. Somebody wants the same with version "2", name included.
# Write `make`, a function of the version, and use it for both. "1" and "2" are to be written only once each.
let
  make = version: null;
in
{
  inherit make;
  old = rec {
    version = "1";
    name = "tree-${version}";
  };
  newer = null;
}
