# A package set as small as one can be and still have everything that is asked about.
{ system ? "x86_64-linux" }:
let
  makeOverridable = f: args: f args // { override = new: makeOverridable f (args // new); };

  mkDerivation = attrs:
    derivation ({ inherit system; builder = "/bin/sh"; args = [ "-c" "echo $name > $out" ]; } // attrs)
    // { overrideAttrs = change: mkDerivation (attrs // change attrs); };

  base = final: {
    inherit mkDerivation;
    callPackage = f: args: makeOverridable f (builtins.intersectAttrs (builtins.functionArgs f) final // args);
    zlib = final.callPackage (import ./zlib.nix) { };
    hello = final.callPackage (import ./hello.nix) { };
  };

  overlay = final: prev: {
    zlib = prev.zlib.overrideAttrs (old: { version = "1.4"; });
    hello2 = prev.hello.overrideAttrs (old: { version = "2.0"; });
    hello3 = prev.hello.override { version = "3.0"; };
    hello4 = prev.hello.override { versoin = "4.0"; };
  };

  fix = layers: let final = builtins.foldl' (prev: layer: prev // layer final prev) { } layers; in final;

  extensible = layers: fix layers // { extend = layer: extensible (layers ++ [ layer ]); };
in
extensible [ (final: prev: base final) overlay ]
