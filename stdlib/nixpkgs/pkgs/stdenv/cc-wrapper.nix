# A compiler that can be used: the bare one, told where to find the linker and the libraries.
{
  lib,
  stdenv,
  binutils,
  cc,
}:

stdenv.mkDerivation {
  name = "${lib.getName cc}-wrapper-${cc.version}";
  inherit (cc) version;

  builder = ./cc-wrapper.sh;
  inherit cc binutils;

  passthru = {
    inherit cc;
    bintools = binutils;
    isGNU = cc.isGNU or false;
    isClang = cc.isClang or false;
  };

  meta = cc.meta // {
    description = "${cc.meta.description} (wrapper script)";
  };
}
