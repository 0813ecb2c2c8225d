# Data to JSON, back, and to JSON again.
n:
let
  data = builtins.genList (i: {
    id = i;
    name = "item \"${toString i}\" – ü";
    ratio = i * 0.5;
    tags = [ "a" "b" "c" ];
    nested = { even = i / 2 * 2 == i; nothing = null; };
  }) n;
  text = builtins.toJSON data;
  back = builtins.fromJSON text;
in
assert builtins.toJSON back == text;
"${toString (builtins.stringLength text)} ${builtins.substring 0 8 (builtins.hashString "sha256" text)}"
