# Strings made of parts: interpolation, replaceStrings, substring, concatStringsSep, a hash of all.
n:
let
  line =
    i:
    let
      number = toString i;
      text = "name-${number}=\"${toString (i * i)}\"; # ${builtins.substring 1 4 "${number}${number}00"}";
    in
    builtins.replaceStrings [ "1" "22" "name" ] [ "one" "" "key" ] text + "\n";
  text = builtins.concatStringsSep "" (map line (builtins.genList (i: i) n));
in
"${toString (builtins.stringLength text)} ${builtins.substring 0 8 (builtins.hashString "sha256" text)}"
