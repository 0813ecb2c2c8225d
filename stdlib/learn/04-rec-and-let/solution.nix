let
  make = version: {
    inherit version;
    name = "tree-${version}";
  };
in
{
  inherit make;
  old = make "1";
  newer = make "2";
}
