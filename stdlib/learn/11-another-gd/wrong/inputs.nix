# You took fontconfig out of the inputs, but the flag `withFontconfig` may do more than that in a package, and here the build is another one than with the flag. Where a package has an argument for it, use that.
let
  pkgs = import <nixpkgs> { };
in
rec {
  customgd = pkgs.gd.overrideAttrs (old: {
    buildInputs = [ pkgs.fontconfig.dev ] ++ old.buildInputs;
  });
  mine = pkgs.graphviz.override { gd = customgd; };
  minimal = mine.override { withXorg = false; };
}
