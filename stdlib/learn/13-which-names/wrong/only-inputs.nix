# libX11 is gone from the inputs, but it is still configured with X: the flag is made of the argument as well. `override` reaches all places where an argument is used.
let
  pkgs = import <nixpkgs> { };
  faster = drv: drv.overrideAttrs (old: { configureFlags = old.configureFlags ++ [ "--fast" ]; });
in
rec {
  nox = pkgs.graphviz.overrideAttrs (old: {
    buildInputs = builtins.filter (x: x.pname or "" != "libX11") old.buildInputs;
  });
  fast = faster pkgs.graphviz;
  both = faster nox;
}
