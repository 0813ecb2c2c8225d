# Options and overlays of the user, where `import <nixpkgs>` is not told of any. Pure evaluation finds none: there
# environment variables are empty.
let
  inherit (builtins) getEnv pathExists;

  home = getEnv "HOME";
  directory = if home == "" then "" else "${home}/.config/nixpkgs";
  isThere = path: path != "" && pathExists path;

  configFile =
    if getEnv "NIXPKGS_CONFIG" != "" then
      getEnv "NIXPKGS_CONFIG"
    else if directory != "" then
      "${directory}/config.nix"
    else
      "";

  # The overlays in a directory, in the order of their names, or those in a file that holds a list.
  overlaysIn =
    path:
    if pathExists (path + "/.") then
      map (name: import (path + "/${name}")) (
        builtins.filter (
          name: builtins.match ".*\\.nix" name != null || pathExists (path + "/${name}/default.nix")
        ) (builtins.attrNames (builtins.readDir path))
      )
    else
      import path;
in
{
  config = if isThere configFile then import configFile else { };

  overlays =
    let
      named = builtins.tryEval (toString <nixpkgs-overlays>);
    in
    if named.success && named.value != "" && pathExists named.value then
      overlaysIn (/. + named.value)
    else if directory == "" then
      [ ]
    else if pathExists "${directory}/overlays.nix" then
      import "${directory}/overlays.nix"
    else if pathExists "${directory}/overlays" then
      overlaysIn (/. + "${directory}/overlays")
    else
      [ ];
}
