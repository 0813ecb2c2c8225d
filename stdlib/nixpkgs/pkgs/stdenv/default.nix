# The standard environments: what packages are built in.
{
  lib,
  pkgs,
  system,
}:

let
  platform = import ./platform.nix { inherit lib system; };
  bootstrapTools = import ./bootstrap { inherit lib system; };

  # The compiler among the bootstrap tools.
  bootstrapCC = bootstrapTools // {
    isGNU = platform.isLinux;
    isClang = platform.isDarwin;
    version = if platform.isLinux then "13.2.0" else "11.1.0";
  };

  makeStdenv = lib.makeOverridable (
    import ./make-stdenv.nix {
      inherit lib platform;
      inherit (pkgs) config;
    }
  );
in
rec {
  inherit bootstrapTools;

  # Built by what was downloaded; only compilers and what they need use it.
  bootstrapStdenv = makeStdenv {
    name = "bootstrap-stdenv";
    shell = "${bootstrapTools}/bin/bash";
    initialPath = [ bootstrapTools ];
    cc = bootstrapCC;
  };

  # The environment of ordinary packages: `gcc` on Linux, Apple's clang elsewhere.
  stdenv = bootstrapStdenv.override {
    name = "stdenv-${platform.kernel}";
    cc = if platform.isLinux then pkgs.gcc else bootstrapCC;
  };

  # For what compiles nothing: sources, scripts, data.
  stdenvNoCC = bootstrapStdenv.override {
    name = "stdenv-no-cc";
    cc = null;
  };

  # An environment with another compiler. Give it to one package as `stdenv`, or make it everybody's in an overlay.
  overrideCC = stdenv: cc: stdenv.override { inherit cc; };

  inherit (pkgs.compilers) wrapCC;
}
