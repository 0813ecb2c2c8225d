# Yours come first, and those of the package after them. Patches are applied in their order, so new ones belong at the end.
{
  withPatches =
    files: drv: drv.overrideAttrs (old: { patches = files ++ old.patches or [ ]; });
  withFlags =
    flags: drv: drv.overrideAttrs (old: { configureFlags = flags ++ old.configureFlags or [ ]; });
}
