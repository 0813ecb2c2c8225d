# The package set: a fixed point of layers, each of which sees the finished set (`final`) and what the layers before it
# gave (`prev`).
{
  lib,
  system,
  config,
  overlays,
}:

let
  # The set itself, and ways to make another one.
  base = final: {
    inherit lib overlays;
    pkgs = final;
    path = ../.;
    config = options;

    # What packages are called with: everything in the set, by name.
    newScope = extra: lib.callPackageWith (final // extra);
    callPackage = final.newScope { };
    callPackages = lib.callPackagesWith final;

    # The set changed by more overlays, here and in all packages.
    appendOverlays =
      more:
      if more == [ ] then
        final
      else
        import ./top-level.nix {
          inherit lib system config;
          overlays = overlays ++ more;
        };
    extend = overlay: final.appendOverlays [ overlay ];
  };

  # Not `final.config`: which names the set has depends on `packageOverrides`, so the set cannot be asked for it.
  options = if lib.isFunction config then config { inherit lib pkgs; } else config;

  # config.packageOverrides is older than overlays. It gets the set as it is before the change (`prev`), so what it
  # takes from there does not see the change.
  configOverrides = final: prev: (options.packageOverrides or (pkgs: { })) prev;

  layers = [
    (final: prev: import ./stdenv { inherit lib system; pkgs = final; })
    (final: prev: import ./build-support { inherit lib; pkgs = final; })
    (import ./all-packages.nix)
    configOverrides
  ]
  ++ overlays;

  pkgs = lib.fix (lib.extends (lib.composeManyExtensions layers) base);
in
pkgs
