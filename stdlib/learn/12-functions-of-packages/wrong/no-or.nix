# It fails for a package that has none of its own. Write `old.patches or [ ]`: the old ones, or an empty list.
{
  withPatches = files: drv: drv.overrideAttrs (old: { patches = old.patches ++ files; });
  withFlags = flags: drv: drv.overrideAttrs (old: { configureFlags = old.configureFlags ++ flags; });
}
