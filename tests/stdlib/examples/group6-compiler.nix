# 6. Another compiler: for one package, or for all; and two packages that share a third.
let
  pkgs = import ./pkgs.nix { };
  inherit (pkgs) lib colmap;

  # The derivations that a package is made from, directly or not.
  inputsOf = p: lib.filter (x: x != null) (p.buildInputs ++ p.nativeBuildInputs ++ p.propagatedBuildInputs);
  closure =
    p:
    lib.mapAttrs (name: q: q.drvPath) (
      lib.listToAttrs (
        map (x: { name = x.item.pname; value = x.item; }) (
          builtins.genericClosure {
            startSet = [ { key = p.drvPath; item = p; } ];
            operator = x: map (q: { key = q.drvPath; item = q; }) (inputsOf x.item);
          }
        )
      )
    );
  compare = a: b: lib.mapAttrs (name: path: if path == b.${name} then "same" else "changed") a;

  # colmap alone.
  own = colmap.override { stdenv = pkgs.gccStdenv; };
  own13 = colmap.override { stdenv = pkgs.overrideCC pkgs.stdenv pkgs.gcc13; };

  # Everything: the set's compiler is another one.
  others = import ./pkgs.nix { overlays = [ (final: prev: { gcc = prev.gcc12; }) ]; };

  ps = pkgs.python3Packages;
  uses = p: lib.filter (q: q.pname == "pytorch") p.propagatedBuildInputs;
in
{
  colmap = colmap.drvPath;
  compilers = map (p: p.stdenv.cc.name) [
    colmap
    own
    own13
    others.colmap
    pkgs.boost
    others.boost
  ];
  own = own.drvPath;
  byOverride = compare (closure colmap) (closure own);
  byOverride13 = compare (closure colmap) (closure own13);
  overlay = others.colmap.drvPath;
  byOverlay = compare (closure colmap) (closure others.colmap);

  # One pytorch for all of them; a change of it, in the scope, is seen by all.
  shared = map (p: map (q: q.drvPath == ps.pytorch.drvPath) (uses p)) [
    ps.torchvision
    ps.kornia
    ps.pyro-ppl
    ps.pytorch-lightning
  ];
  drvPaths = lib.unique (lib.concatMap (p: map (q: q.drvPath) (uses p)) [ ps.kornia ps.pyro-ppl ]);
  sharedOutput = builtins.head (uses ps.kornia) == builtins.head (uses ps.pyro-ppl);
  changed =
    let
      scope = ps.overrideScope (final: prev: { pytorch = prev.pytorch.overridePythonAttrs { NOTE = "mine"; }; });
    in
    {
      all = map (name: scope.${name}.drvPath != ps.${name}.drvPath) [ "pytorch" "torchvision" "kornia" "pyro-ppl" ];
      stillShared = (builtins.head (uses scope.kornia)).drvPath == scope.pytorch.drvPath;
      unrelated = scope.tqdm.drvPath == ps.tqdm.drvPath;
      # An override of one package alone is seen by nobody else.
      notByOverride = (ps.kornia.override { pytorch = scope.pytorch; }).drvPath == scope.kornia.drvPath;
    };
}
