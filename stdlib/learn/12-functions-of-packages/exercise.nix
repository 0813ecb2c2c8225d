# Write two functions from package to package, which can be used in any order and more than once.
# `withPatches files drv` adds patches after those that are there.
# `withFlags flags drv` adds to configureFlags, after those that are there.
{
  withPatches = files: drv: drv;
  withFlags = flags: drv: drv;
}
