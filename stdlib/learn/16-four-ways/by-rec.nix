(import ./rec.nix { inherit (import <nixpkgs> { }) stdenv; }).overrideAttrs { version = "2"; }
