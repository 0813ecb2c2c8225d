# What there is to know of a system such as "x86_64-linux".
{ lib, system }:

let
  parts = lib.splitString "-" system;
  cpu = builtins.head parts;
  kernel = lib.last parts;
in
rec {
  inherit system cpu kernel;
  isLinux = kernel == "linux";
  isDarwin = kernel == "darwin";
  isUnix = isLinux || isDarwin;
  isx86_64 = cpu == "x86_64";
  isx86_32 = cpu == "i686";
  isAarch64 = cpu == "aarch64";
  is64bit = isx86_64 || isAarch64;
  # As `./configure --build` wants it.
  config = if isLinux then "${cpu}-unknown-linux-gnu" else "${cpu}-apple-${kernel}";
}
