// Where to begin: programs with the pane that shows what they are about.

export const EXAMPLES = [
  {
    name: "Hello",
    about: "A set, some functions, and laziness",
    pane: "value",
    files: {
      "main.nix": `# Change something: it is evaluated while you type.
# Open what has a triangle, and ask any row why it is so.
let
  greet = name: "Hello, \${name}!";
  versions = { hello = "2.12.1"; };
in
rec {
  text = greet "Nix";
  size = builtins.stringLength text;
  package = "hello-" + versions.hello;
  squares = map (n: n * n) [ 1 2 3 4 ];
  nested = { a.b.c = size * 2; };
  never = throw "nobody asked for me";
}
`,
    },
  },
  {
    name: "Why is it still the old version?",
    about: "A question of the forum: an override that disappoints",
    pane: "stale",
    files: {
      "main.nix": `let
  pkgs = import <nixpkgs> { };
in
pkgs.python3Packages.pytorch-lightning.overrideAttrs (o: o // {
  version = "0.9.0";
  name = "pytorch-lightning-0.9.0";
  src = o.src.overrideAttrs (o2: o2 // {
    rev = "0.9.0";
  });
})
`,
    },
  },
  {
    name: "Pill 14: override",
    about: "makeOverridable from the Nix Pills, in the session",
    pane: "session",
    files: {
      "main.nix": `# Pill 14 of the Nix Pills: a function whose result can be made again.
# Try it in the session:   :l lib.nix   or   makeOverridable f { a = 3; b = 5; }
let
  inherit (import ./lib.nix) makeOverridable;
  f = { a, b }: { result = a + b; };
  res = makeOverridable f { a = 3; b = 5; };
in
{
  first = res.result;
  second = (res.override { a = 10; }).result;
  third = ((res.override { a = 10; }).override (old: { b = old.b * 4; })).result;
}
`,
      "lib.nix": `rec {
  makeOverridable = f: origArgs:
    let
      origRes = f origArgs;
      change = new: origArgs // (if builtins.isFunction new then new origArgs else new);
    in
    origRes // { override = new: makeOverridable f (change new); };
}
`,
    },
  },
  {
    name: "Two overlays",
    about: "Which layer has the last word, and what it reads",
    pane: "layers",
    path: ["curl"],
    files: {
      "main.nix": `# The whole set has many layers; ask for those of one attribute: curl, mygit.
# Then ask why mygit.buildInputs is so.
import <nixpkgs> {
  overlays = [ (import ./git.nix) (import ./curl.nix) ];
}
`,
      "git.nix": `# \`prev.curl\` is the curl of the layers before this one.
final: prev: {
  mygit = prev.git.override { curl = prev.curl; };
}
`,
      "curl.nix": `final: prev: {
  curl = prev.curl.override { zlibSupport = false; };
}
`,
    },
  },
  {
    name: "Infinite recursion",
    about: "Who asked for whom, with places",
    pane: "why",
    files: {
      "main.nix": `let
  overlay = final: prev: { port = final.port + 1; };
  fix = f: let x = f x; in x;
in
fix (final: overlay final { port = 8000; })
`,
    },
    path: ["port"],
  },
  {
    name: "Laziness, step by step",
    about: "Each thunk as it is made, forced and replaced",
    pane: "steps",
    files: {
      "main.nix": `let
  x = 20 + 1;
  y = x * 2;
  never = throw "not needed";
in
{
  a = y;
  b = y;
}
`,
    },
  },
];
