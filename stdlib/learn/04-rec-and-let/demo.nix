rec {
  version = "1";
  name = "tree-${version}";
}
// {
  version = "2";
}
