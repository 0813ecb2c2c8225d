# The package set that the examples use, whoever runs them.
args:
import <nixpkgs> (
  {
    system = "x86_64-linux";
    config = { };
    overlays = [ ];
  }
  // args
)
