# The compilers, in a scope of their own: there, `stdenv` is the one of the bootstrap tools, as no package can
# be built by a compiler that it is needed for. The libraries that gcc uses are built once more, too.
{
  lib,
  newScope,
  bootstrapStdenv,
}:

lib.makeScope newScope (self: {
  stdenv = bootstrapStdenv;

  gmp = self.callPackage ./libs/gmp.nix { };
  mpfr = self.callPackage ./libs/mpfr.nix { };
  libmpc = self.callPackage ./libs/libmpc.nix { };
  zlib = self.callPackage ./libs/zlib.nix { };

  binutils = self.callPackage ./tools/binutils.nix { };

  # A compiler with the paths that it needs to find.
  wrapCC = cc: self.callPackage ./stdenv/cc-wrapper.nix { inherit cc; };

  gcc12 = self.wrapCC (self.callPackage ./tools/gcc.nix { version = "12.4.0"; });
  gcc13 = self.wrapCC (self.callPackage ./tools/gcc.nix { version = "13.4.0"; });
  gcc14 = self.wrapCC (self.callPackage ./tools/gcc.nix { version = "14.3.0"; });
})
