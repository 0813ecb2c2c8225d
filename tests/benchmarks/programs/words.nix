# A text of n words taken apart with `split`, each word looked at with `match`.
n:
let
  word = i: "w${toString (i * 7919)}-${builtins.substring (i - i / 20 * 20) 5 "abcdefghijklmnopqrstuvwxyz"}";
  text = builtins.concatStringsSep "  " (builtins.genList word n);
  words = builtins.filter builtins.isString (builtins.split " +" text);
  size =
    text:
    let
      parts = builtins.match "w([0-9]+)-([a-m]*)([n-z]*)" text;
    in
    builtins.stringLength (builtins.head parts) * 100 + builtins.stringLength (builtins.elemAt parts 1);
in
builtins.foldl' (sum: text: sum + size text) 0 words
