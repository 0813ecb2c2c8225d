# 3. Changes are functions from package to package; they compose in any order, with `override` too.
let
  pkgs = import ./pkgs.nix { };
  inherit (pkgs) lib graphviz;
  inherit (lib) applyPatches debugVersion;

  customgd = pkgs.gd.override { withFontconfig = false; };
  patches = [
    ./patch1.patch
    ./patch2.patch
  ];

  patchedThenDebug = debugVersion (applyPatches patches graphviz);
  debugThenPatched = applyPatches patches (debugVersion graphviz);
  debugOfOverridden = debugVersion (graphviz.override { gd = customgd; });
  overriddenDebug = (debugVersion graphviz).override { gd = customgd; };

  everything = (debugVersion (applyPatches patches graphviz)).override { gd = customgd; };
  twice = everything.override { withXorg = false; };

  # All three ways of changing, one after the other in each order.
  steps = {
    override = p: p.override { gd = customgd; };
    attrs = p: p.overrideAttrs (old: { configureFlags = old.configureFlags ++ [ "--with-extra" ]; });
    derivation = p: p.overrideDerivation (old: { EXTRA = "1"; });
  };
  inOrder = order: lib.foldl' (p: step: steps.${step} p) graphviz order;
  orders = [
    [ "override" "attrs" "derivation" ]
    [ "override" "derivation" "attrs" ]
    [ "attrs" "override" "derivation" ]
    [ "attrs" "derivation" "override" ]
    [ "derivation" "override" "attrs" ]
    [ "derivation" "attrs" "override" ]
  ];
in
{
  patchedThenDebug = patchedThenDebug.drvPath;
  anyOrder = patchedThenDebug.drvPath == debugThenPatched.drvPath;
  debugOfOverridden = debugOfOverridden.drvPath;
  overrideBeforeOrAfter = debugOfOverridden.drvPath == overriddenDebug.drvPath;

  stillOverridable = map (p: p ? override && p ? overrideAttrs && p ? overrideDerivation) [
    patchedThenDebug
    debugThenPatched
    everything
    twice
  ];
  everything = everything.drvPath;
  patches = map baseNameOf everything.patches;
  flags = everything.NIX_CFLAGS_COMPILE;

  # A second override keeps what the first did, and the changes.
  twice = twice.drvPath;
  twiceKeeps = {
    gd = builtins.elem customgd.dev twice.buildInputs;
    patches = twice.patches == everything.patches;
    debug = twice.dontStrip;
    withoutX = !builtins.elem pkgs.libX11 twice.buildInputs;
  };
  morePatches = map baseNameOf (applyPatches [ ./patch2.patch ] twice).patches;

  chained = lib.unique (map (order: (inOrder order).drvPath) orders);
  chainedEnds = map (
    order:
    let
      p = inOrder order;
    in
    p ? override && p ? overrideAttrs && p ? overrideDerivation
  ) orders;
}
