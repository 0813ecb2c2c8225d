# The .drv path of every package of the mini set, and of changed packages in which each of the mechanisms has a part.
{
  system ? "x86_64-linux",
}:

let
  pkgs = import ../../stdlib/nixpkgs {
    inherit system;
    config.allowUnfree = true;
    overlays = [ ];
  };
  inherit (pkgs) lib;

  # What a set has of packages that can be evaluated: not Python 3's for Python 2, nor CUDA but on Linux.
  paths =
    prefix: set:
    lib.concatMap (
      name:
      let
        value = set.${name};
        found = builtins.tryEval (lib.isDerivation value);
        path = builtins.tryEval value.drvPath;
      in
      if builtins.elem name [ "pkgs" "python" ] && prefix != "" then
        [ ]
      else if !found.success || !found.value || !path.success then
        [ ]
      else
        [
          {
            name = prefix + name;
            value = path.value;
          }
        ]
    ) (lib.attrNames set);

  custom = rec {
    customgd = pkgs.gd.override { withFontconfig = false; };
    mygraphviz = pkgs.graphviz.override { gd = customgd; };
    shell = pkgs.mkShell {
      packages = [ pkgs.hello ];
      inputsFrom = [ pkgs.graphviz ];
    };
    environment = pkgs.python3.withPackages (ps: [ ps.torchvision ]);
    motd = pkgs.writeText "motd" "Hello!\n";
    script = pkgs.writeShellScriptBin "greet" "exec ${lib.getExe pkgs.hello}";
    joined = pkgs.symlinkJoin {
      name = "joined";
      paths = [
        pkgs.hello
        pkgs.gd.bin
      ];
    };
    command = pkgs.runCommand "squares" { numbers = [ 1 2 3 ]; } "echo $numbers > $out";
  };
in
lib.listToAttrs (
  paths "" pkgs
  ++ paths "compilers." pkgs.compilers
  ++ paths "python27Packages." pkgs.python27Packages
  ++ paths "python3Packages." pkgs.python3Packages
  ++ paths "changed." custom
)
