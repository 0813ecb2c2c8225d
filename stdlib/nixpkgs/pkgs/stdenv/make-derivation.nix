# `stdenv.mkDerivation`. How packages are overridden is in lib/derivations.nix; here is what their builders get.
{
  lib,
  stdenv,
  config,
}:

let
  inherit (lib) getDev;

  # Dependencies may be null, for "not wanted"; one builds with the `dev` output of those that have one.
  inputs = xs: map getDev (builtins.filter (x: x != null) xs);

  toBuild =
    attrs:
    removeAttrs attrs [ "env" ]
    // attrs.env or { }
    // {
      name = attrs.name or "${attrs.pname}-${attrs.version}";
      inherit (stdenv) system;
      inherit stdenv;

      builder = stdenv.shell;
      args = attrs.args or [
        "-e"
        (attrs.builder or ./default-builder.sh)
      ];

      # Needed while building (programs), needed by the result (libraries), and needed by whoever uses the result.
      nativeBuildInputs = inputs (attrs.nativeBuildInputs or [ ]);
      buildInputs = inputs (attrs.buildInputs or [ ]);
      propagatedNativeBuildInputs = inputs (attrs.propagatedNativeBuildInputs or [ ]);
      propagatedBuildInputs = inputs (attrs.propagatedBuildInputs or [ ]);

      patches = attrs.patches or [ ];
      configureFlags = attrs.configureFlags or [ ];
      cmakeFlags = attrs.cmakeFlags or [ ];
      outputs = attrs.outputs or [ "out" ];
      doCheck = attrs.doCheck or false;
      doInstallCheck = attrs.doInstallCheck or false;

      # Attributes that are null are as good as absent.
      __ignoreNulls = true;
    };
in
lib.mkDerivationWith {
  inherit toBuild;
  check = import ./check-meta.nix { inherit lib stdenv config; };
}
