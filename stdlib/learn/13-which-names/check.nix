answer:
let
  pkgs = import <nixpkgs> { };
  uses = name: drv: builtins.elem name (map (x: x.pname or "") drv.buildInputs);
  last = drv: builtins.elemAt drv.configureFlags (builtins.length drv.configureFlags - 1);
in
{
  "nox does not use libX11" = {
    expr = uses "libX11" answer.nox;
    expected = false;
  };
  "nox still uses gd" = {
    expr = uses "gd" answer.nox;
    expected = true;
  };
  "nox is configured without X" = {
    expr = answer.nox.configureFlags;
    expected = [ "--without-x" ];
  };
  "fast is configured with --fast" = {
    expr = answer.fast.configureFlags;
    expected = [
      "--with-x"
      "--fast"
    ];
  };
  "fast uses libX11 as before" = {
    expr = uses "libX11" answer.fast;
    expected = true;
  };
  "both has both" = {
    expr = [
      (uses "libX11" answer.both)
      answer.both.configureFlags
    ];
    expected = [
      false
      [
        "--without-x"
        "--fast"
      ]
    ];
  };
}
