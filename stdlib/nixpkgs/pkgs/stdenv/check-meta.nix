# Whether a package may be used, by what its `meta` says and `config` allows. Fails with the reason if not.
{
  lib,
  stdenv,
  config,
}:

attrs:

let
  meta = attrs.meta or { };
  name = attrs.name or "${attrs.pname}-${attrs.version}";

  unfree = !(builtins.all (license: license.free or true) (lib.toList (meta.license or null)));
  unfreeAllowed = config.allowUnfree or false || (config.allowUnfreePredicate or (pkg: false)) attrs;
  unsupported = meta ? platforms && !builtins.elem stdenv.system meta.platforms;

  refuse =
    what: option:
    throw ''
      Package ‘${name}’ ${what}, refusing to evaluate.

      To use it nevertheless, allow it:

          import <nixpkgs> { config.${option} = true; }
    '';
in
if unfree && !unfreeAllowed then
  refuse "has an unfree license" "allowUnfree"
else if meta.broken or false && !(config.allowBroken or false) then
  refuse "is marked as broken" "allowBroken"
else if unsupported && !(config.allowUnsupportedSystem or false) then
  refuse "is not available on ${stdenv.system}" "allowUnsupportedSystem"
else
  true
