# A small module system for the tests, with the functions, names and arguments that every nixpkgs has had since 2013.
import ./modules.nix
