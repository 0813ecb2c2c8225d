# You put the new lists over the finished package with `//`. Then they can be read, and nothing is built with them: the fingerprint is the old one.
{
  withPatches = files: drv: drv // { patches = drv.patches or [ ] ++ files; };
  withFlags = flags: drv: drv // { configureFlags = drv.configureFlags or [ ] ++ flags; };
}
