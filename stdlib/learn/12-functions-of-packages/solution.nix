{
  withPatches =
    files: drv: drv.overrideAttrs (old: { patches = old.patches or [ ] ++ files; });
  withFlags =
    flags: drv: drv.overrideAttrs (old: { configureFlags = old.configureFlags or [ ] ++ flags; });
}
