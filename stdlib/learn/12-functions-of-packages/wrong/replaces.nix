# [M10] What the package had is gone: your list replaces the old one. Begin with `old.patches or [ ]`, and `++` yours.
{
  withPatches = files: drv: drv.overrideAttrs (old: { patches = files; });
  withFlags = flags: drv: drv.overrideAttrs (old: { configureFlags = flags; });
}
