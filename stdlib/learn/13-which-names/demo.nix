(import <nixpkgs> { }).graphviz.overrideAttrs { withXorg = false; }
