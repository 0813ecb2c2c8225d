# [M1] You put `version` over the old set, and expect the name to follow. The name was made of the `version` that is written beside it, and no `//` changes which one that is.
let
  make = version: {
    inherit version;
    name = "tree-${version}";
  };
  old = make "1";
in
{
  inherit make old;
  newer = old // {
    version = "2";
  };
}
