# Inside your `rec` set, `version` means the one written there, and that hides the argument. So every version is "1". Take the line away, and `inherit version;`.
let
  make =
    version: rec {
      version = "1";
      name = "tree-${version}";
    };
in
{
  inherit make;
  old = make "1";
  newer = make "2";
}
